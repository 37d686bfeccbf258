"""Cancelling the task that iterates leaves alone what it iterates over."""
import asyncio
from common.workers import start, tell
from vtime import run, say, told


async def iterate(tasks):
    for ended in asyncio.as_completed(tasks):
        say(f'next: {told(await ended)}')


async def main():
    tasks = [start('a', 1), start('b', 3)]
    task = asyncio.create_task(iterate(tasks))
    await asyncio.sleep(2)
    task.cancel()
    await tell('iteration', task)
    await tell('b', tasks[1])

run(main)
