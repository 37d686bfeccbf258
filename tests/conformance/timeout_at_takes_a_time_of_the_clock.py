"""timeout_at is the same with a time; one in the past fires at the first await."""
import asyncio
from common.workers import tell, work
from vtime import run


async def limited(name, when):
    async with asyncio.timeout_at(when):
        await work(name, 3)


async def main():
    loop = asyncio.get_running_loop()
    await asyncio.sleep(10)
    await tell('in one second', limited('a', loop.time() + 1))
    await tell('in the past', limited('b', loop.time() - 1))
    await tell('in five seconds', limited('c', loop.time() + 5))

run(main)
