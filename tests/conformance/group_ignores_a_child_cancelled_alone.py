"""A child that somebody cancels is no failure: its siblings and the body go on."""
import asyncio
from common.workers import cancel_later, work
from vtime import run, say, told


async def main():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(work('a', 5))
        group.create_task(work('b', 3))
        cancel_later(a, 1)
        await work('body', 2)
    say(f'left, a: {told(a)}')

run(main)
