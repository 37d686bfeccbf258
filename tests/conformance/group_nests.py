"""A group in a child of a group: its failure is a failure of the outer one, group in group."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def inner():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 2, fails=True))
        await work('inner body', 3)


async def outer():
    async with asyncio.TaskGroup() as group:
        group.create_task(inner())
        group.create_task(work('b', 1))
        await work('outer body', 4)


async def main():
    await tell('fails inside', outer())
    await asyncio.sleep(1)
    say('end')

run(main)
