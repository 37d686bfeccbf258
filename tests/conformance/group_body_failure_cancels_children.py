"""A body that fails cancels the children; its error is told in the group's."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def scope():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 5, cleanup=1))
        await work('body', 1, fails=True)


async def main():
    await tell('group', scope())
    await asyncio.sleep(1)
    say('end')

run(main)
