"""Of two requests the first one's message is told if the task was waiting, the second one's if it had not begun."""
import asyncio
from vtime import MS, reason, run, say


async def worker():
    await asyncio.sleep(1)


async def show(name, task):
    try:
        await task
    except asyncio.CancelledError as error:
        say(f'{name}: {reason(error)}')


async def main():
    waiting = asyncio.create_task(worker())
    await asyncio.sleep(10 * MS)
    fresh = asyncio.create_task(worker())
    for task in (waiting, fresh):
        task.cancel('first')
        task.cancel('second')
    await show('waiting', waiting)
    await show('fresh', fresh)

run(main)
