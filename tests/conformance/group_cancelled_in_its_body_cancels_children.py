"""Cancelled in its body, the scope cancels its children, waits for them, and stays cancelled."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def scope():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 9, cleanup=1))
        await work('body', 9)


async def main():
    task = asyncio.create_task(scope())
    await asyncio.sleep(1)
    task.cancel()
    await tell('scope', task)
    say(f'cancelled: {task.cancelled()}')

run(main)
