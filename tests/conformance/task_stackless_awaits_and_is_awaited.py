"""A coroutine of one kind awaits one of the other: values and errors pass, and a done one does not suspend. (In C,
middle has no stack.)"""
import asyncio
import errno
from vtime import MS, failure, outcome, run, say


async def leaf(fails):
    await asyncio.sleep(10 * MS)
    if fails:
        raise failure(errno.EIO, 'leaf')
    return 41


async def middle(first, second):
    say(f'middle: {await outcome(first)}')
    asyncio.get_running_loop().call_soon(say, 'the loop turns')
    say(f'again, at once: {await outcome(first)}')
    say(f'middle: {await outcome(second)}')
    return 42


async def main():
    first, second = asyncio.create_task(leaf(False)), asyncio.create_task(leaf(True))
    task = asyncio.create_task(middle(first, second))
    say(f'main: {await outcome(task)}')

run(main)
