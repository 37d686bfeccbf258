"""A task that is cleaning up after a cancellation can be cancelled again, in the await of its cleanup."""
import asyncio
from vtime import MS, outcome, run, say


async def worker():
    say(f'work: {await outcome(asyncio.sleep(1))}')
    say(f'cleanup: {await outcome(asyncio.sleep(50 * MS))}')
    say(f'second cleanup: {await outcome(asyncio.sleep(50 * MS))}')
    raise asyncio.CancelledError


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(10 * MS)
    task.cancel()
    await asyncio.sleep(10 * MS)
    task.cancel()
    say(f'await: {await outcome(task)}, cancelled {task.cancelled()}, cancelling {task.cancelling()}')

run(main)
