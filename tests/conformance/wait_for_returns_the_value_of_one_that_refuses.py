"""A task that swallows the cancellation and returns a value has that returned; one that fails has its error raised."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    task = start('a', 5, refuses=True)
    await tell('refuses', asyncio.wait_for(task, 1))
    say(f'cancelled: {task.cancelled()}')
    await tell('fails late', asyncio.wait_for(start('b', 5, fails_late=True), 1))

run(main)
