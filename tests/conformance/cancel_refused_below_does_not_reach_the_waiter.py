"""The request goes to the inner task; if that refuses, the outer one's await gives its value and knows of nothing."""
import asyncio
from vtime import MS, outcome, run, say


async def inner():
    say(f'inner: {await outcome(asyncio.sleep(1))}')
    return 'inner value'


async def outer(task):
    say(f'outer: {await outcome(task)}')
    say(f'outer cancelling: {asyncio.current_task().cancelling()}')
    say(f'outer sleeps: {await outcome(asyncio.sleep(10 * MS))}')
    return 'outer value'


async def main():
    below = asyncio.create_task(inner())
    task = asyncio.create_task(outer(below))
    await asyncio.sleep(10 * MS)
    say(f'cancel: {task.cancel()}, inner cancelling: {below.cancelling()}')
    say(f'await: {await outcome(task)}')

run(main)
