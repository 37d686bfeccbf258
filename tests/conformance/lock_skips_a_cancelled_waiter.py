"""A waiter that is cancelled leaves the queue; the next one moves up."""
import asyncio
from common.workers import tell
from vtime import run, say


async def waiter(name, lock):
    async with lock:
        say(f'{name} has it')


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(waiter(name, lock)) for name in 'abc']
    await asyncio.sleep(1)
    tasks[0].cancel()
    await tell('a', tasks[0])
    await asyncio.sleep(1)
    lock.release()
    await tell('b', tasks[1])
    await tell('c', tasks[2])
    say(f'locked: {lock.locked()}')

run(main)
