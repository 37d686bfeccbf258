"""A LifoQueue is a stack."""
import asyncio
from vtime import run, say


async def main():
    queue = asyncio.LifoQueue(3)
    for item in 'abc':
        await queue.put(item)
    say(f'full: {queue.full()}')
    say(f'got {await queue.get()}')
    await queue.put('d')
    while not queue.empty():
        say(f'got {queue.get_nowait()}')

run(main)
