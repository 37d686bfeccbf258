"""Nested scopes with times that often tie, around sleeps, under cancellations from outside."""
# needs: 3.13
import asyncio
from common.storm import pause_by, storm
from vtime import MS, run, say


async def inner_scope(n, dice):
    try:
        async with asyncio.timeout(dice.roll(4) * MS) as limit:
            await asyncio.sleep(dice.roll(4) * MS)
        say(f'{n} is through')
    except TimeoutError:
        say(f'{n} is out of the inner scope')
        await pause_by(dice)
    finally:
        say(f'{n} inner expired: {limit.expired()}')


async def step(n, dice):
    try:
        async with asyncio.timeout((1 + dice.roll(5)) * MS):
            await inner_scope(n, dice)
            await inner_scope(n, dice)
    except TimeoutError:
        say(f'{n} is out of the outer scope')
    say(f'{n} cancelling: {asyncio.current_task().cancelling()}')
    await pause_by(dice)


async def main():
    for seed in range(1, 5):
        await storm(seed, 6, 10, step)

run(main)
