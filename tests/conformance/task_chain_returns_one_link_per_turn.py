"""Tasks that await each other in a chain end one turn after another; coroutines called in place end at once."""
import asyncio
from vtime import MS, run, say


async def link(n):
    if n == 0:
        await asyncio.sleep(10 * MS)
    else:
        await asyncio.create_task(link(n - 1))
    say(f'task link {n}')


async def call(n):
    if n == 0:
        await asyncio.sleep(10 * MS)
    else:
        await call(n - 1)
    say(f'call {n}')


async def ticker():
    await asyncio.sleep(10 * MS)
    for turn in range(1, 5):
        say(f'turn {turn}')
        await asyncio.sleep(0)


async def main():
    tasks = [asyncio.create_task(job) for job in (ticker(), link(3), call(3))]
    for task in tasks:
        await task

run(main)
