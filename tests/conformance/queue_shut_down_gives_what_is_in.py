"""After shutdown putting is refused, also to those who wait to put; what is in can be had, then getting is refused."""
# needs: 3.13
import asyncio
from common.workers import tell
from vtime import run, say


async def putter(queue):
    await queue.put('too late')


async def main():
    queue = asyncio.Queue(2)
    queue.put_nowait('a')
    queue.put_nowait('b')
    task = asyncio.create_task(putter(queue))
    await asyncio.sleep(1)
    queue.shutdown()
    await tell('putter', task)
    await tell('put', queue.put('c'))
    await tell('get', queue.get())
    await tell('get', queue.get())
    await tell('get', queue.get())
    queue.task_done()
    queue.task_done()
    await queue.join()
    say('joined')

run(main)
