"""An asynchronous generator that awaits suspends the task that asked for its next value; others run meanwhile."""
import asyncio
from vtime import MS, run, say


async def ticks(n):
    for i in range(1, n):
        await asyncio.sleep(10 * MS)
        yield i
    say('generator ends')


async def other():
    for i in range(1, 4):
        await asyncio.sleep(8 * MS)
        say(f'other {i}')


async def main():
    task = asyncio.create_task(other())
    async for i in ticks(4):
        say(f'tick {i}')
    await task
    say('main ends')

run(main)
