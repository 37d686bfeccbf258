"""Cancelling the head of a chain of tasks cancels the leaf first; each link unwinds one turn after the one below."""
import asyncio
from vtime import MS, run, say, told


async def link(n, future):
    try:
        if n == 0:
            await future
        else:
            await asyncio.create_task(link(n - 1, future))
    finally:
        say(f'link {n} unwinds')


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(link(3, future))
    await asyncio.sleep(10 * MS)
    task.cancel()
    say(f'asked, future: {told(future)}')
    for turn in range(1, 6):
        await asyncio.sleep(0)
        say(f'turn {turn}: {told(task)}')

run(main)
