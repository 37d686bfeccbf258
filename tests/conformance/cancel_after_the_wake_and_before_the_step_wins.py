"""What a task waited for is done, but the task has not run yet: a cancel now is delivered instead of the result."""
import asyncio
from vtime import MS, outcome, run, say, told


async def worker(future):
    say(f'await: {await outcome(future)}')
    say(f'again: {await outcome(future)}')
    return 'value'


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    task = asyncio.create_task(worker(future))
    await asyncio.sleep(10 * MS)
    future.set_result('result')
    say(f'cancel: {task.cancel()}, future: {told(future)}')
    say(f'task: {await outcome(task)}, cancelled {task.cancelled()}')

run(main)
