"""Eight workers fight for a lock and cancel each other while they wait for it, are given it, and have it."""
import asyncio
from common.storm import pause_by, storm
from vtime import run, say


lock = asyncio.Lock()


async def step(n, dice):
    await pause_by(dice)
    async with lock:
        say(f'{n} has it')
        await pause_by(dice)


async def main():
    for seed in range(1, 5):
        await storm(seed, 8, 12, step)
        say(f'locked: {lock.locked()}')

run(main)
