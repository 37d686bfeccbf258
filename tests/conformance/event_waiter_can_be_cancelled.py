"""A waiter that is cancelled is gone, also one that was woken in the same moment."""
import asyncio
from common.workers import tell
from vtime import run, say


async def waiter(name, event):
    await event.wait()
    say(f'{name} goes on')


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(name, event)) for name in 'abc']
    await asyncio.sleep(1)
    tasks[0].cancel()
    await tell('a', tasks[0])
    event.set()
    tasks[1].cancel()
    await tell('b', tasks[1])
    await tell('c', tasks[2])

run(main)
