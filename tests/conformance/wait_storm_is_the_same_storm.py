"""Workers wait for some of the same jobs in every way, for a time, and cancel each other and the jobs."""
import asyncio
from common.storm import start_some_job, storm
from vtime import Dice, MS, run, say, told


jobs = []


async def step(n, dice):
    chosen = []
    for _ in range(1 + dice.roll(3)):
        k = dice.roll(len(jobs))
        if jobs[k].done():
            told(jobs[k])
            jobs[k] = start_some_job(dice)
        if jobs[k] not in chosen:
            chosen.append(jobs[k])
    when = (asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION)[dice.roll(3)]
    if dice.roll(4) == 0:
        chosen[0].cancel()
    done, pending = await asyncio.wait(chosen, timeout=dice.roll(5) * MS, return_when=when)
    say(f"{n} sees {len(done)} done, {len(pending)} not: {' '.join(told(each) for each in chosen)}")


async def main():
    for seed in range(1, 5):
        jobs[:] = [start_some_job(Dice(seed)) for _ in range(5)]
        await storm(seed, 6, 12, step)
        say(' '.join(told(each) for each in jobs))

run(main)
