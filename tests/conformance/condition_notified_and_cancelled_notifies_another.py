"""A waiter that is notified and cancelled in the same moment passes the notification on."""
# needs: 3.13
import asyncio
from common.workers import tell
from vtime import run, say


async def waiter(name, condition):
    async with condition:
        await condition.wait()
        say(f'{name} goes on')


async def main():
    condition = asyncio.Condition()
    tasks = [asyncio.create_task(waiter(name, condition)) for name in 'abc']
    await asyncio.sleep(1)
    async with condition:
        condition.notify()
        tasks[0].cancel()
    await tell('a', tasks[0])
    await tell('b', tasks[1])
    say(f'c done: {tasks[2].done()}')
    async with condition:
        condition.notify()
    await tell('c', tasks[2])

run(main)
