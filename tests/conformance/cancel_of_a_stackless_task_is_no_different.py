"""A coroutine without a stack is cancelled in its await, cleans up with another one, refuses, and is cancelled before
its first step as the others are."""
import asyncio
from vtime import MS, outcome, run, say


async def cleans_up():
    answer = await outcome(asyncio.sleep(1))
    say(f'work: {answer}')
    say(f'cleanup: {await outcome(asyncio.sleep(20 * MS))}')
    raise asyncio.CancelledError


async def refuses(future):
    say(f'await: {await outcome(future)}')
    say(f'goes on: {await outcome(asyncio.sleep(5 * MS))}')
    return 7


async def main():
    future = asyncio.get_running_loop().create_future()
    first, second = asyncio.create_task(cleans_up()), asyncio.create_task(refuses(future))
    await asyncio.sleep(10 * MS)
    third = asyncio.create_task(cleans_up())
    for task in (first, second, third):
        say(f'cancel: {task.cancel()}')
    for task in (third, second, first):
        say(f'await: {await outcome(task)}, cancelled {task.cancelled()}')

run(main)
