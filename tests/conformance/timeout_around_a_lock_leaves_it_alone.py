"""Timing out while waiting for a lock takes the waiter out; timing out with the lock gives it back in the unwinding."""
import asyncio
from common.workers import work
from vtime import run, say, told


async def holder(lock):
    async with lock:
        await work('holder', 3)


async def main():
    lock = asyncio.Lock()
    task = asyncio.create_task(holder(lock))
    await asyncio.sleep(0)
    for seconds in (1, 1, 5):
        try:
            async with asyncio.timeout(seconds):
                async with lock:
                    await work('main', 9)
        except TimeoutError as error:
            say(f'{told(error)}, locked: {lock.locked()}')
    await task

run(main)
