"""An immediate shutdown empties the queue, releases join, and refuses everybody, those who wait too."""
# needs: 3.13
import asyncio
from common.workers import tell
from vtime import run, say


async def getter(queue):
    return await queue.get()


async def joiner(queue):
    await queue.join()
    say('joined')


async def main():
    queue = asyncio.Queue()
    queue.put_nowait('a')
    queue.put_nowait('b')
    task = asyncio.create_task(joiner(queue))
    await asyncio.sleep(1)
    queue.shutdown(immediate=True)
    say(f'size: {queue.qsize()}')
    await task
    await tell('get', queue.get())
    await tell('put', queue.put('c'))
    queue = asyncio.Queue()
    task = asyncio.create_task(getter(queue))
    await asyncio.sleep(1)
    queue.shutdown(immediate=True)
    await tell('getter', task)
    queue.shutdown()
    await tell('get', queue.get())

run(main)
