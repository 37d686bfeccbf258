"""An item belongs to nobody until it is taken: who asks between the wake and the woken one's step gets it."""
import asyncio
from vtime import run, say


async def getter(name, queue):
    say(f'{name} gets {await queue.get()}')


async def main():
    queue = asyncio.Queue()
    tasks = [asyncio.create_task(getter(name, queue)) for name in 'ab']
    await asyncio.sleep(1)
    queue.put_nowait('first')
    say(f'main gets {await queue.get()}')
    await asyncio.sleep(1)
    queue.put_nowait('second')
    await asyncio.sleep(1)
    queue.put_nowait('third')
    await asyncio.wait(tasks)

run(main)
