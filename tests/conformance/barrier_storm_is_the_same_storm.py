"""Workers meet at a barrier for three, for a time, reset it, and cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, storm
from vtime import MS, run, say, told


barrier = asyncio.Barrier(3)


async def step(n, dice):
    if dice.roll(10) == 0:
        await barrier.reset()
        say(f'{n} resets, waiting: {barrier.n_waiting}')
        return
    try:
        async with asyncio.timeout((1 + dice.roll(5)) * MS):
            say(f'{n} has index {await barrier.wait()}')
    except (TimeoutError, asyncio.BrokenBarrierError) as error:
        say(f'{n} gets {told(error)}')
    await pause_by(dice)


async def main():
    for seed in range(1, 5):
        await storm(seed, 8, 12, step)
        say(f'waiting: {barrier.n_waiting}, broken: {barrier.broken}')

run(main)
