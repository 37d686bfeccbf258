"""cancel of a waiting task cancels what it waits for at once; the task itself sees it one turn later."""
import asyncio
from vtime import MS, outcome, run, say, told


async def worker(future):
    say(f'worker: {await outcome(future)}')
    raise asyncio.CancelledError


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(worker(future))
    await asyncio.sleep(10 * MS)
    say(f'cancel: {task.cancel()}')
    say(f'future: {told(future)}, task: {told(task)}')
    await asyncio.sleep(0)
    say(f'one turn later: {told(task)}, cancelled {task.cancelled()}')

run(main)
