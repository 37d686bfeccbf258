"""A putter that is cancelled puts nothing in; if it was just woken the next one is let in instead."""
import asyncio
from common.workers import tell
from vtime import run, say


async def putter(name, queue):
    await queue.put(name)
    say(f'{name} is in')


async def main():
    queue = asyncio.Queue(1)
    queue.put_nowait('first')
    tasks = [asyncio.create_task(putter(name, queue)) for name in 'abc']
    await asyncio.sleep(1)
    tasks[0].cancel()
    await tell('a', tasks[0])
    say(f'got {queue.get_nowait()}')
    tasks[1].cancel()
    await tell('b', tasks[1])
    await tell('c', tasks[2])
    say(f'got {queue.get_nowait()}, size: {queue.qsize()}')

run(main)
