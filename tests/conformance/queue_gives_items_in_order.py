"""First in, first out; and who asked first gets first."""
import asyncio
from vtime import run, say


async def consumer(name, queue):
    for _ in range(2):
        say(f'{name} gets {await queue.get()}')


async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(consumer(name, queue)) for name in 'ab']
    await asyncio.sleep(1)
    await queue.put('1')
    await asyncio.sleep(1)
    for item in '234':
        queue.put_nowait(item)
    await asyncio.wait(tasks)
    for item in '567':
        await queue.put(item)
    say(f'size: {queue.qsize()}')
    for _ in range(3):
        say(f'got {await queue.get()}')

run(main)
