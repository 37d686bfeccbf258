"""Two tasks await a third: cancelling one of them cancels the third, and the other sees that."""
import asyncio
from vtime import MS, outcome, run, say, told


async def shared():
    try:
        await asyncio.sleep(1)
    finally:
        say('shared unwinds')


async def waiter(name, task):
    say(f'{name}: {await outcome(task)}, cancelling {asyncio.current_task().cancelling()}')


async def main():
    task = asyncio.create_task(shared())
    a = asyncio.create_task(waiter('a', task))
    b = asyncio.create_task(waiter('b', task))
    await asyncio.sleep(10 * MS)
    b.cancel()
    say(f'asked, shared: {told(task)}, cancelling {task.cancelling()}')
    await a
    await b

run(main)
