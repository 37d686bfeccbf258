"""Tasks that throw dice for each step: yield, sleep, await another task, cancel one, or schedule a callback; when
cancelled, end or go on. Every step, time and result is the same on both sides."""
import asyncio
from vtime import MS, Dice, outcome, run, say, told

N = 9
tasks = []


async def step(i, n, dice):
    """One step; tells what came of it."""
    what = dice.roll(6)
    if what == 0:
        return f'yields: {await outcome(asyncio.sleep(0))}'
    if what in (1, 2):
        delay = dice.roll(5)
        return f'sleeps {delay}: {await outcome(asyncio.sleep(delay * MS))}'
    if what == 3 and i > 0:
        other = dice.roll(i)
        return f'awaits {other}: {await outcome(tasks[other])}'
    if what == 4:
        other = dice.roll(N)
        return f'cancels {other}: {tasks[other].cancel()}'
    asyncio.get_running_loop().call_soon(say, f'callback of {i}.{n}')
    return 'calls'


async def worker(i, dice):
    for n in range(7):
        told_step = await step(i, n, dice)
        say(f'{i}.{n} {told_step}')
        if told_step.endswith('ECANCELED') and dice.roll(3) == 0:
            raise asyncio.CancelledError
    return i + 100


async def main():
    for seed in range(1, 7):
        say(f'seed {seed}')
        tasks[:] = []
        tasks.extend(asyncio.create_task(worker(i, Dice(seed * 1000 + i))) for i in range(N))
        for i, task in enumerate(tasks):
            say(f'main has {i}: {await outcome(task)}')
        for i, task in enumerate(tasks):
            say(f'{i}: {told(task)}, cancelled {task.cancelled()}, cancelling {task.cancelling()}')

run(main)
