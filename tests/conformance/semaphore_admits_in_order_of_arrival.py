"""As many as there are permits at a time, first come, first served."""
import asyncio
from vtime import run, say


async def worker(name, seconds, semaphore):
    async with semaphore:
        say(f'{name} is in')
        await asyncio.sleep(seconds)
        say(f'{name} goes')


async def main():
    semaphore = asyncio.Semaphore(2)
    say(f'locked: {semaphore.locked()}')
    tasks = [asyncio.create_task(worker(name, seconds, semaphore))
             for name, seconds in (('a', 3), ('b', 1), ('c', 1), ('d', 2), ('e', 1))]
    await asyncio.sleep(0.5)
    say(f'locked: {semaphore.locked()}')
    await asyncio.wait(tasks)
    say(f'locked: {semaphore.locked()}')

run(main)
