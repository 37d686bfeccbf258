"""Somebody cancels the task that main awaits: main gets the error but was not asked itself, and goes on as it likes."""
import asyncio
from vtime import MS, outcome, run, say


async def worker():
    await asyncio.sleep(1)


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(worker())
    loop.call_later(10 * MS, task.cancel)
    say(f'await: {await outcome(task)}')
    say(f'cancelling: worker {task.cancelling()}, main {asyncio.current_task().cancelling()}')
    say(f'sleep: {await outcome(asyncio.sleep(10 * MS))}')

run(main)
