"""A sleep that ends settles a future, so the task itself goes on one turn later than a timer's own callback."""
import asyncio
from vtime import MS, run, say


async def sleeper():
    await asyncio.sleep(10 * MS)
    say('sleeper wakes')


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(sleeper())
    await asyncio.sleep(0)
    loop.call_later(10 * MS, say, 'timer made after the sleep')
    loop.call_later(10 * MS, loop.call_soon, say, 'scheduled by a timer')
    await task

run(main)
