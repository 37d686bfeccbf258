"""A task's end schedules its done-callbacks and waiters: they run one turn later, behind what was ready."""
import asyncio
from vtime import run, say, told


async def worker():
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(say, 'scheduled by the last step')
    say('worker ends')
    return 'result'


async def watcher(task):
    say(f'watcher got {await task}')


async def main():
    task = asyncio.create_task(worker())
    task.add_done_callback(lambda task: say(f'callback sees {told(task)}'))
    watching = asyncio.create_task(watcher(task))
    for turn in range(1, 5):
        await asyncio.sleep(0)
        say(f'turn {turn}: task {told(task)}, watcher {told(watching)}')

run(main)
