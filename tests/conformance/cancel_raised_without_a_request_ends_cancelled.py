"""A coroutine that ends with a cancellation nobody asked for has cancelled itself: cancelled() is true, the count 0."""
import asyncio
from vtime import MS, outcome, run, say


async def worker():
    await asyncio.sleep(10 * MS)
    raise asyncio.CancelledError


async def main():
    task = asyncio.create_task(worker())
    say(f'await: {await outcome(task)}')
    say(f'cancelled: {task.cancelled()}, cancelling: {task.cancelling()}')

run(main)
