"""Jobs that end well, fail, refuse or unwind slowly, waited for by impatient workers who cancel each other."""
# needs: 3.13
import asyncio
from common.storm import start_some_job, storm
from vtime import MS, run, say, told


async def step(n, dice):
    task = start_some_job(dice)
    try:
        say(f'{n} gets {told(await asyncio.wait_for(task, dice.roll(4) * MS))}')
    except (TimeoutError, OSError) as error:
        say(f'{n} gets {told(error)}')
    finally:
        say(f'{n} leaves it {told(task)}')


async def main():
    for seed in range(1, 5):
        await storm(seed, 6, 12, step)

run(main)
