"""Gathers of jobs of every kind, with and without exceptions as results, awaited by workers who cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, start_some_job, storm
from vtime import run, say, told


async def step(n, dice):
    as_results = dice.roll(2) == 1
    await pause_by(dice)
    children = [start_some_job(dice) for _ in range(1 + dice.roll(3))]
    try:
        results = await asyncio.gather(*children, return_exceptions=as_results)
        say(f"{n} gets {' '.join(told(each) for each in results)}")
    except OSError as error:
        say(f'{n} gets {told(error)}')


async def main():
    for seed in range(1, 5):
        await storm(seed, 6, 12, step)

run(main)
