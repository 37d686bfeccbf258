"""The same when the body has ended and the scope only waits."""
import asyncio
from common.workers import count_turns, tell, work
from vtime import run, say


async def scope():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 1, fails=True))
        group.create_task(work('b', 5))


async def at_once():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('c', 0, fails=True))
        group.create_task(work('d', 5))


async def main():
    await tell('group', scope())
    count_turns(6)
    await tell('at once', at_once())
    await asyncio.sleep(1)
    say('end')

run(main)
