"""Workers wait on a condition, for a time, and notify one, two or all, while they cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, storm
from vtime import MS, run, say


condition = asyncio.Condition()


async def wait_a_while(n, dice):
    try:
        async with asyncio.timeout((1 + dice.roll(4)) * MS):
            await condition.wait()
        say(f'{n} goes on')
    except TimeoutError:
        say(f'{n} has waited too long')


async def step(n, dice):
    async with condition:
        what = dice.roll(6)
        if what < 2:
            condition.notify(1 + what)
        elif what == 2:
            condition.notify_all()
        else:
            await wait_a_while(n, dice)
        await pause_by(dice)


async def main():
    for seed in range(1, 5):
        await storm(seed, 8, 12, step)
        say(f'locked: {condition.locked()}')

run(main)
