"""Storms: workers who take random steps and cancel each other. storm.c has the same functions under the same names."""

import asyncio
import errno

from vtime import MS, Dice, failure, say


async def storm(seed, workers, steps, step):
    """Each worker takes so many steps; cancelled in one it goes on with the next. Ends when all have ended."""
    async def worker(n):
        dice = Dice(100 * seed + n)
        for k in range(steps):
            try:
                await step(n, dice)
            except asyncio.CancelledError:
                say(f'{n} is cancelled in step {k}')
            if dice.roll(4) == 0:
                tasks[dice.roll(workers)].cancel()

    say(f'storm {seed}')
    tasks = [asyncio.create_task(worker(n)) for n in range(workers)]
    await asyncio.wait(tasks)
    await asyncio.sleep(10 * MS)


async def pause_by(dice):
    """None to two milliseconds; for none, a turn."""
    await asyncio.sleep(dice.roll(3) * MS)


async def job(seconds, way):
    """Ends as it was told: well, with EIO, refusing to be cancelled, or slow to unwind."""
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if way == 2:
            return 'refused'
        if way == 3:
            await asyncio.sleep(MS)
        raise
    if way == 1:
        raise failure(errno.EIO, 'job')
    return 'well'


def some_job(dice):
    seconds = dice.roll(5) * MS
    return job(seconds, dice.roll(5))


def start_some_job(dice):
    return asyncio.create_task(some_job(dice))
