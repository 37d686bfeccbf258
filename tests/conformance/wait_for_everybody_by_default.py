"""ALL_COMPLETED waits for the last, and a failure is no reason to stop."""
import asyncio
from common.workers import start
from vtime import run, say, told


async def main():
    tasks = [start('a', 3), start('b', 1, fails=True), start('c', 2)]
    done, pending = await asyncio.wait(tasks)
    say(f'done: {len(done)}, pending: {len(pending)}, b: {told(tasks[1])}')

run(main)
