"""A putter waits while the queue is full; the one that came first is let in first."""
import asyncio
from vtime import run, say


async def producer(name, queue):
    await queue.put(name)
    say(f'{name} is in, full: {queue.full()}')


async def main():
    queue = asyncio.Queue(2)
    tasks = [asyncio.create_task(producer(name, queue)) for name in 'abcde']
    await asyncio.sleep(0)
    while not queue.empty():
        await asyncio.sleep(1)
        say(f'got {queue.get_nowait()}, full: {queue.full()}')
        await asyncio.sleep(0)
    await asyncio.wait(tasks)

run(main)
