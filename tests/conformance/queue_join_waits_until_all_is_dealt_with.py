"""join waits for as many task_done as there were items, not for the queue to be empty; one too many is refused."""
import asyncio
from common.workers import tell
from vtime import run, say, told


async def consumer(queue):
    while True:
        item = await queue.get()
        await asyncio.sleep(1)
        say(f'{item} is dealt with')
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    await queue.join()
    say('nothing to wait for')
    for item in 'abc':
        queue.put_nowait(item)
    task = asyncio.create_task(consumer(queue))
    await queue.join()
    say(f'joined, size: {queue.qsize()}')
    task.cancel()
    try:
        queue.task_done()
    except ValueError as error:
        say(told(error))
    await tell('consumer', task)

run(main)
