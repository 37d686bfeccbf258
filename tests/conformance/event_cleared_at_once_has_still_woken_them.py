"""Set and cleared in one step, an event has woken those who waited; who comes then waits."""
import asyncio
from vtime import run, say


async def waiter(name, event):
    say(f'{name} waits')
    await event.wait()
    say(f'{name} goes on, set: {event.is_set()}')


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(name, event)) for name in 'ab']
    await asyncio.sleep(1)
    event.set()
    event.clear()
    tasks.append(asyncio.create_task(waiter('late', event)))
    await asyncio.sleep(1)
    event.set()
    await asyncio.wait(tasks)

run(main)
