"""Who releases and asks again at once queues behind those who waited."""
import asyncio
from common.workers import count_turns
from vtime import run, say


async def waiter(name, lock):
    async with lock:
        say(f'{name} has it')
        await asyncio.sleep(1)


async def main():
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(waiter(name, lock)) for name in 'ab']
    await asyncio.sleep(1)
    lock.release()
    say(f'released, locked: {lock.locked()}')
    count_turns(2)
    await lock.acquire()
    say('main has it again')
    lock.release()
    await asyncio.wait(tasks)

run(main)
