"""notify(n) wakes the n that have waited longest; each goes on when it has the lock again."""
import asyncio
from vtime import run, say


async def waiter(name, condition):
    async with condition:
        await condition.wait()
        say(f'{name} goes on')
        await asyncio.sleep(1)


async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(waiter(name, condition)) for name in 'abcd']
    await asyncio.sleep(1)
    async with condition:
        condition.notify(2)
        say('two notified')
        await asyncio.sleep(1)
        say('lock released')
    await asyncio.sleep(5)
    async with condition:
        condition.notify_all()
    await asyncio.wait(tasks)

run(main)
