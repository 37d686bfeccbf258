"""Workers iterate over jobs as they end, for a time, and cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, start_some_job, storm
from vtime import MS, run, say, told


async def step(n, dice):
    jobs = [start_some_job(dice) for _ in range(1 + dice.roll(4))]
    try:
        async for ended in asyncio.as_completed(jobs, timeout=(1 + dice.roll(5)) * MS):
            say(f'{n} gets number {jobs.index(ended)}: {told(ended)}')
            if dice.roll(3) == 0:
                await pause_by(dice)
        say(f'{n} has them all')
    except TimeoutError as error:
        say(f'{n} gets {told(error)}')
    finally:
        for each in jobs:
            each.cancel()
        await asyncio.wait(jobs)
        say(f"{n} leaves {' '.join(told(each) for each in jobs)}")


async def main():
    for seed in range(1, 5):
        await storm(seed, 6, 10, step)

run(main)
