"""Who releases and asks again at once goes behind those who waited, though there is a permit more than they need."""
import asyncio
from common.workers import count_turns
from vtime import run, say


async def waiter(name, semaphore):
    await semaphore.acquire()
    say(f'{name} is in')


async def main():
    semaphore = asyncio.Semaphore(0)
    task = asyncio.create_task(waiter('a', semaphore))
    await asyncio.sleep(1)
    count_turns(3)
    semaphore.release()
    semaphore.release()
    say(f'locked: {semaphore.locked()}')
    await semaphore.acquire()
    say('main is in')
    await task
    say(f'locked: {semaphore.locked()}')

run(main)
