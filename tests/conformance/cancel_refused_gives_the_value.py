"""A coroutine may swallow the cancellation: then its value is the result and the task was not cancelled."""
import asyncio
from vtime import MS, outcome, run, say


async def refuses():
    say(f'sleep: {await outcome(asyncio.sleep(1))}')
    say(f'work goes on: {await outcome(asyncio.sleep(20 * MS))}')
    return 42


async def main():
    task = asyncio.create_task(refuses())
    await asyncio.sleep(10 * MS)
    task.cancel()
    say(f'await: {await outcome(task)}')
    say(f'cancelled: {task.cancelled()}, cancelling: {task.cancelling()}, cancel: {task.cancel()}')

run(main)
