"""FIRST_COMPLETED returns with the first; those that end in the same turn count too."""
import asyncio
from common.workers import start
from vtime import run, say


async def main():
    tasks = [start('a', 3), start('b', 1), start('c', 1), start('d', 2)]
    while tasks:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        say(f'done: {len(done)}')
        tasks = [task for task in tasks if not task.done()]

run(main)
