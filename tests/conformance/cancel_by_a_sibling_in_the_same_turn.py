"""Tasks that are woken in one turn: one that runs first can still cancel those behind it, whatever woke them."""
import asyncio
from vtime import MS, outcome, run, say

tasks = {}


async def worker(name, delay, victim=None):
    say(f'{name}: {await outcome(asyncio.sleep(delay))}')
    if victim:
        say(f'{name} cancels {victim}: {tasks[victim].cancel()}')
        say(f'{name} goes on: {await outcome(asyncio.sleep(1 * MS))}')


async def main():
    tasks['a'] = asyncio.create_task(worker('a', 10 * MS, 'b'))
    tasks['b'] = asyncio.create_task(worker('b', 10 * MS, 'a'))
    tasks['c'] = asyncio.create_task(worker('c', 0, 'd'))
    tasks['d'] = asyncio.create_task(worker('d', 0))
    for task in tasks.values():
        await task

run(main)
