"""Whoever awaits a cancelled task waits until its cleanup has ended, and the task is pending so long."""
import asyncio
from vtime import MS, outcome, run, say, told


async def worker():
    try:
        await asyncio.sleep(1)
    finally:
        say('cleanup begins')
        await asyncio.sleep(30 * MS)
        say('cleanup ends')


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(10 * MS)
    task.cancel()
    await asyncio.sleep(10 * MS)
    say(f'meanwhile: {told(task)}')
    say(f'await: {await outcome(task)}')

run(main)
