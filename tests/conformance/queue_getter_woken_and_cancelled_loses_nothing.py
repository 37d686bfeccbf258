"""An item that woke a getter which is cancelled in the same moment goes to the next getter, or stays in."""
import asyncio
from common.workers import count_turns, tell
from vtime import run, say


async def getter(name, queue):
    say(f'{name} gets {await queue.get()}')


async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(name, queue)) for name in 'ab']
    await asyncio.sleep(1)
    count_turns(3)
    queue.put_nowait('first')
    tasks[0].cancel()
    await tell('a', tasks[0])
    await tell('b', tasks[1])
    task = asyncio.create_task(getter('c', queue))
    await asyncio.sleep(1)
    queue.put_nowait('second')
    task.cancel()
    await tell('c', task)
    say(f'size: {queue.qsize()}, {await queue.get()}')

run(main)
