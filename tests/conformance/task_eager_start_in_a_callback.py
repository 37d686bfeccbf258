"""An eager task made in a callback is current during its first step, and nobody is afterwards."""
# needs: 3.12
import asyncio
from vtime import MS, run, say


def who():
    task = asyncio.current_task()
    return task.get_name() if task else 'nobody'


async def worker():
    say(f'first step: {who()}')
    await asyncio.sleep(5 * MS)
    say(f'second step: {who()}')


async def main():
    loop = asyncio.get_running_loop()
    tasks = []

    def callback():
        say(f'callback: {who()}')
        tasks.append(asyncio.Task(worker(), loop=loop, name='eager', eager_start=True))
        say(f'back in the callback: {who()}')

    loop.call_soon(callback)
    loop.call_soon(say, 'scheduled behind')
    await asyncio.sleep(1 * MS)
    await tasks[0]

run(main)
