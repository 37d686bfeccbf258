"""current_task is the task whose step runs, before and after it was suspended, and none inside a callback."""
import asyncio
from vtime import run, say


def who():
    task = asyncio.current_task()
    return task.get_name() if task else 'nobody'


async def inner():
    say(f'called in place: {who()}')


async def worker():
    say(f'first step: {who()}')
    await inner()
    await asyncio.sleep(0)
    say(f'second step: {who()}')


async def main():
    loop = asyncio.get_running_loop()
    a = asyncio.create_task(worker(), name='a')
    b = asyncio.create_task(worker(), name='b')
    loop.call_soon(lambda: say(f'callback: {who()}'))
    a.add_done_callback(lambda task: say(f'done-callback: {who()}'))
    await a
    await b
    say(f'in the end: {asyncio.current_task().get_name()}')

run(main)
