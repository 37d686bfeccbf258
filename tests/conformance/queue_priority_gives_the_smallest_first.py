"""A PriorityQueue gives the smallest first; equal ones in the order in which they were put, as with a counter."""
import asyncio
from vtime import run, say


async def main():
    queue = asyncio.PriorityQueue()
    for count, item in enumerate(['5 a', '1 b', '3 c', '1 d', '5 e', '1 f', '3 g', '2 h']):
        queue.put_nowait((item[0], count, item))
    for _ in range(4):
        say(f'got {(await queue.get())[2]}')
    queue.put_nowait(('0', 8, '0 i'))
    queue.put_nowait(('5', 9, '5 j'))
    while not queue.empty():
        say(f'got {queue.get_nowait()[2]}')

run(main)
