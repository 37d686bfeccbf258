"""Waiters that are cancelled, but have not unwound yet, hold nobody up."""
import asyncio
from common.workers import count_turns, tell
from vtime import run, say


async def waiter(lock):
    async with lock:
        say('waiter has it')


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    task = asyncio.create_task(waiter(lock))
    await asyncio.sleep(1)
    count_turns(2)
    task.cancel()
    lock.release()
    await lock.acquire()
    say('main has it again')
    await tell('waiter', task)

run(main)
