"""Eight workers fight for two permits and cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, storm
from vtime import run, say


semaphore = asyncio.Semaphore(2)


async def step(n, dice):
    await pause_by(dice)
    async with semaphore:
        say(f'{n} is in, locked: {semaphore.locked()}')
        await pause_by(dice)


async def main():
    for seed in range(1, 5):
        await storm(seed, 8, 12, step)
        say(f'locked: {semaphore.locked()}')

run(main)
