"""The message of cancel() reaches the await inside the task, and whoever awaits the task."""
import asyncio
from vtime import MS, run, say, told


async def worker():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError as error:
        say(f'worker: {told(error)}, {error.args[0]}')
        raise


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(10 * MS)
    task.cancel('the user went home')
    try:
        await task
    except asyncio.CancelledError as error:
        say(f'main: {told(error)}, {error.args[0]}')

run(main)
