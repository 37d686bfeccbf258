"""A timeout around a group cancels all of it, and is told as a timeout; one inside is a failure like others."""
import asyncio
from common.workers import tell, work
from vtime import run


async def around():
    async with asyncio.timeout(1):
        async with asyncio.TaskGroup() as group:
            group.create_task(work('a', 9, cleanup=1))


async def limited():
    async with asyncio.timeout(1):
        await work('b', 9)


async def inside():
    async with asyncio.TaskGroup() as group:
        group.create_task(limited())
        group.create_task(work('c', 9))


async def main():
    await tell('around', around())
    await tell('inside', inside())

run(main)
