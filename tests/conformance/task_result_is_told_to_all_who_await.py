"""Awaiting a task gives what it returned, raised, or that it was cancelled; to every waiter, as often as asked."""
import asyncio
import errno
from vtime import MS, failure, outcome, reason, run, say, told


async def returns():
    await asyncio.sleep(10 * MS)
    return 42


async def raises():
    await asyncio.sleep(10 * MS)
    raise failure(errno.ENOENT, 'no such coil')


async def sleeps():
    await asyncio.sleep(1)


async def waiter(name, task):
    say(f'{name}: {await outcome(task)}, again {await outcome(task)}')


async def main():
    kinds = {'returns': returns(), 'raises': raises(), 'sleeps': sleeps()}
    tasks = {name: asyncio.create_task(coroutine) for name, coroutine in kinds.items()}
    waiters = [asyncio.create_task(waiter(name, task)) for name, task in tasks.items() for _ in range(2)]
    await asyncio.sleep(20 * MS)
    tasks['sleeps'].cancel()
    for task in waiters:
        await task
    for name, task in tasks.items():
        say(f'{name}: {told(task)}, cancelled {task.cancelled()}')
    say(f"why: {reason(tasks['raises'].exception())}")

run(main)
