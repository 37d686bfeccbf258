"""Workers put into a queue for two and get from it, waiting for a time or not at all, and cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, storm
from vtime import MS, run, say, told


queue = asyncio.Queue(2)


async def put(n, dice):
    try:
        if dice.roll(4) == 0:
            queue.put_nowait(str(n))
        else:
            async with asyncio.timeout((1 + dice.roll(4)) * MS):
                await queue.put(str(n))
        say(f'{n} puts, size: {queue.qsize()}')
    except (asyncio.QueueFull, TimeoutError) as error:
        say(f'{n} cannot put: {told(error)}')


async def get(n, dice):
    try:
        if dice.roll(4) == 0:
            item = queue.get_nowait()
        else:
            async with asyncio.timeout((1 + dice.roll(4)) * MS):
                item = await queue.get()
        say(f'{n} gets {item}, size: {queue.qsize()}')
    except (asyncio.QueueEmpty, TimeoutError) as error:
        say(f'{n} cannot get: {told(error)}')


async def step(n, dice):
    if dice.roll(2) == 0:
        await put(n, dice)
    else:
        await get(n, dice)
    await pause_by(dice)


async def main():
    for seed in range(1, 5):
        await storm(seed, 8, 12, step)
        say(f'size: {queue.qsize()}')

run(main)
