"""sleep(0) goes behind everything that is ready: tasks that yield take turns, in the order of their creation."""
import asyncio
from vtime import run, say


async def worker(name, steps):
    for n in range(steps):
        say(f'{name} {n}')
        await asyncio.sleep(0)
    say(f'{name} ends')


async def main():
    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(worker(name, steps)) for name, steps in (('a', 3), ('b', 1), ('c', 2))]
    for n in range(5):
        loop.call_soon(say, f'callback {n}')
        await asyncio.sleep(0)
        say(f'main {n}')
    for task in tasks:
        await task

run(main)
