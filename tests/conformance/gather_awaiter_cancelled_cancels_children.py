"""Cancelling the task that awaits a gather cancels the children; the task goes on when the gather is done."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def parent():
    await tell('gather', asyncio.gather(work('a', 5), work('b', 5)))
    await asyncio.sleep(1)
    return 'parent went on'


async def main():
    task = asyncio.create_task(parent())
    await asyncio.sleep(2)
    say(f'cancel: {task.cancel()}')
    await tell('parent', task)

run(main)
