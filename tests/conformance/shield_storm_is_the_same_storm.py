"""Workers await shields of the same jobs, cancel each other, and now and then a job itself."""
import asyncio
from common.storm import start_some_job, storm
from vtime import Dice, run, say, told


jobs = []


async def step(n, dice):
    k = dice.roll(len(jobs))
    if jobs[k].done():
        told(jobs[k])
        jobs[k] = start_some_job(dice)
    if dice.roll(5) == 0:
        jobs[k].cancel()
    try:
        say(f'{n} gets {await asyncio.shield(jobs[k])}')
    except OSError as error:
        say(f'{n} gets {told(error)}')


async def main():
    for seed in range(1, 5):
        jobs[:] = [start_some_job(Dice(seed)) for _ in range(4)]
        await storm(seed, 6, 12, step)
        for each in jobs:
            say(told(each))

run(main)
