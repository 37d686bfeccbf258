"""Two conditions on one lock: a notify of one does not wake who waits for the other."""
import asyncio
from vtime import run, say


async def waiter(name, condition):
    async with condition:
        await condition.wait()
        say(f'{name} goes on')


async def main():
    lock = asyncio.Lock()
    full, empty = asyncio.Condition(lock), asyncio.Condition(lock)
    tasks = [asyncio.create_task(waiter('full', full)), asyncio.create_task(waiter('empty', empty))]
    await asyncio.sleep(1)
    async with lock:
        empty.notify_all()
    await asyncio.sleep(1)
    async with lock:
        full.notify_all()
    await asyncio.wait(tasks)

run(main)
