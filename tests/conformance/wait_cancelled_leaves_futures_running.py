"""Cancelling the task that waits does nothing to what it waits for."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def waiter(tasks):
    try:
        await asyncio.wait(tasks)
    except asyncio.CancelledError:
        say('waiter is cancelled')
        raise


async def main():
    tasks = [start('a', 2), start('b', 3)]
    task = asyncio.create_task(waiter(tasks))
    await asyncio.sleep(1)
    task.cancel()
    await tell('waiter', task)
    await tell('a', tasks[0])
    await tell('b', tasks[1])

run(main)
