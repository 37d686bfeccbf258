"""The timeout counts from the beginning; what is not done by then runs on."""
import asyncio
from common.workers import start, tell
from vtime import run, say, told


async def main():
    tasks = [start('a', 1), start('b', 3), start('c', 5)]
    try:
        for ended in asyncio.as_completed(tasks, timeout=2):
            say(f'next: {told(await ended)}')
    except TimeoutError as error:
        say(f'next: {told(error)}')
    await tell('b', tasks[1])
    await tell('c', tasks[2])

run(main)
