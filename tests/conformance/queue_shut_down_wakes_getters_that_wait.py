"""A shutdown that is not immediate refuses the getters that wait for items that will never come."""
# needs: 3.13
import asyncio
from common.workers import tell
from vtime import run


async def getter(name, queue):
    await tell(name, queue.get())


async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(name, queue)) for name in 'ab']
    await asyncio.sleep(1)
    queue.put_nowait('last')
    queue.shutdown()
    await asyncio.wait(tasks)

run(main)
