"""Workers set and clear an event and wait for it, for a time, while they cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, storm
from vtime import MS, run, say


event = asyncio.Event()


async def wait_a_while(n, dice):
    try:
        async with asyncio.timeout((1 + dice.roll(4)) * MS):
            await event.wait()
        say(f'{n} goes on')
    except TimeoutError:
        say(f'{n} has waited too long')


async def step(n, dice):
    what = dice.roll(5)
    if what == 0:
        event.set()
    elif what == 1:
        event.clear()
    else:
        await wait_a_while(n, dice)
    await pause_by(dice)


async def main():
    for seed in range(1, 5):
        await storm(seed, 8, 12, step)
        say(f'set: {event.is_set()}')

run(main)
