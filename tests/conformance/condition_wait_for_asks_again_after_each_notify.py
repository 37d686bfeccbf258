"""wait_for looks before it waits, and after each notify, always with the lock."""
import asyncio
from vtime import run, say


level = 0


def enough():
    say(f'level {level}')
    return level >= 2


async def waiter(condition):
    async with condition:
        await condition.wait_for(enough)
        say('enough')
        await condition.wait_for(enough)
        say('still')


async def main():
    global level
    condition = asyncio.Condition()
    task = asyncio.create_task(waiter(condition))
    while not task.done():
        await asyncio.sleep(1)
        async with condition:
            level += 1
            condition.notify()

run(main)
