"""A permit given to a waiter that is cancelled in the same moment goes to the next one, or back."""
import asyncio
from common.workers import count_turns, tell
from vtime import run, say


async def waiter(name, semaphore):
    await semaphore.acquire()
    say(f'{name} is in')


async def main():
    semaphore = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(waiter(name, semaphore)) for name in 'ab']
    await asyncio.sleep(1)
    count_turns(3)
    semaphore.release()
    tasks[0].cancel()
    await tell('a', tasks[0])
    await tell('b', tasks[1])
    task = asyncio.create_task(waiter('c', semaphore))
    await asyncio.sleep(1)
    semaphore.release()
    task.cancel()
    await tell('c', task)
    say(f'locked: {semaphore.locked()}')

run(main)
