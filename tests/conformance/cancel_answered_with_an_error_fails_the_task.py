"""A cleanup that fails: the task fails with that error and was not cancelled."""
import asyncio
import errno
from vtime import MS, failure, reason, run, say, told


async def worker():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        raise failure(errno.EIO, 'could not save') from None


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(10 * MS)
    task.cancel()
    try:
        await task
    except OSError as error:
        say(f'await: {told(error)}, {reason(error)}')
    say(f'cancelled: {task.cancelled()}')

run(main)
