"""A waiter that is woken and cancelled in the same moment does not take the wake with it."""
import asyncio
from common.workers import count_turns, tell
from vtime import run, say


async def waiter(name, lock):
    try:
        async with lock:
            say(f'{name} has it')
    except asyncio.CancelledError:
        say(f'{name} is cancelled, locked: {lock.locked()}')
        raise


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(waiter(name, lock)) for name in 'abc']
    await asyncio.sleep(1)
    count_turns(4)
    lock.release()
    tasks[0].cancel()
    for task in tasks:
        await tell('ended', task)

run(main)
