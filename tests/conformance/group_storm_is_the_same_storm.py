"""Groups of jobs of every kind, one in another, left by workers who cancel each other."""
# needs: 3.13
import asyncio
from common.storm import pause_by, some_job, storm
from common.workers import shown
from vtime import run, say


class InOrder(dict):
    """A set that keeps its order: TaskGroup has a plain one, so it cancels siblings in any order. coil has one order."""

    def add(self, task):
        self[task] = None

    def discard(self, task):
        self.pop(task, None)


async def scope(dice, depth):
    async with asyncio.TaskGroup() as group:
        group._tasks = InOrder()
        for _ in range(1 + dice.roll(3)):
            group.create_task(some_job(dice))
        if depth and dice.roll(2) == 0:
            await scope(dice, depth - 1)
        if dice.roll(3):
            await pause_by(dice)


async def step(n, dice):
    try:
        await scope(dice, 2)
        say(f'{n} leaves well')
    except ExceptionGroup as error:
        say(f'{n} gets {shown(error)}')
    say(f'{n} cancelling: {asyncio.current_task().cancelling()}')


async def main():
    for seed in range(1, 5):
        await storm(seed, 6, 12, step)

run(main)
