"""cancelling() counts the requests, uncancel() takes them back, and neither changes what was delivered."""
import asyncio
from vtime import MS, outcome, run, say


async def worker():
    task = asyncio.current_task()
    say(f'before: {task.cancelling()}, uncancel: {task.uncancel()}')
    say(f'sleep: {await outcome(asyncio.sleep(1))}')
    say(f'cancelling: {task.cancelling()}')
    say(f'uncancel: {task.uncancel()}, {task.uncancel()}, {task.uncancel()}')
    say(f'cancelling: {task.cancelling()}')
    say(f'sleep: {await outcome(asyncio.sleep(10 * MS))}')
    return 'value'


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(10 * MS)
    task.cancel()
    task.cancel()
    say(f'await: {await outcome(task)}')

run(main)
