"""run_until_complete can be called again and again: tasks and timers that were left wait for the next run."""
import asyncio
from vtime import MS, new_loop, say


async def background():
    for n in range(1, 5):
        await asyncio.sleep(10 * MS)
        say(f'background {n}')


async def work(name, delay):
    say(f'{name} begins')
    await asyncio.sleep(delay)
    say(f'{name} ends')
    return name

loop = new_loop()
task = loop.create_task(background())
say(f"first run: {loop.run_until_complete(work('a', 25 * MS))}")
say(f'background done: {task.done()}')
say(f"second run: {loop.run_until_complete(work('b', 0))}")
loop.run_until_complete(task)
say(f'background done: {task.done()}')
loop.close()
