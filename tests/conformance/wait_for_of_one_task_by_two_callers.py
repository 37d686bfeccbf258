"""Two callers wait for one task: the timeout of one cancels it for the other too."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def caller(name, task, seconds):
    await tell(name, asyncio.wait_for(task, seconds))


async def main():
    task = start('shared', 5)
    await asyncio.gather(caller('patient', task, 9), caller('hasty', task, 1))
    say(f'cancelled: {task.cancelled()}')

run(main)
