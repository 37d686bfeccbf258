"""Two requests before the task runs are delivered as one; cancelling() counts both."""
import asyncio
from vtime import MS, outcome, run, say, told


async def worker():
    say(f'sleep: {await outcome(asyncio.sleep(1))}')
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    say(f'sleep again: {await outcome(asyncio.sleep(10 * MS))}')
    return 'value'


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(10 * MS)
    say(f'cancel: {task.cancel()}, {task.cancel()}, cancelling: {task.cancelling()}')
    say(f'await: {await outcome(task)}')

run(main)
