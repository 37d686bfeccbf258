"""What does not end in time is cancelled, and has unwound when TimeoutError comes."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    task = start('a', 5)
    await tell('wait_for', asyncio.wait_for(task, 1))
    say(f'cancelled: {task.cancelled()}')
    await asyncio.sleep(1)
    say('end')

run(main)
