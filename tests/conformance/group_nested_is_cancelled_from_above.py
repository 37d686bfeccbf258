"""A failure beside a nested group cancels it as a whole: its body, its child, and nobody else's count."""
import asyncio
from common.workers import tell, work
from vtime import run


async def inner():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('grandchild', 5, cleanup=2))
        await work('inner body', 5)


async def outer():
    async with asyncio.TaskGroup() as group:
        group.create_task(inner())
        group.create_task(work('b', 1, fails=True))


async def main():
    await tell('outer', outer())

run(main)
