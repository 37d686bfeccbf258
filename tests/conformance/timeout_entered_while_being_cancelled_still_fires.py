"""A timeout around a cleanup fires as ever, though a cancel was told before, and one that comes meanwhile is told, too."""
# needs: 3.12
import asyncio
from common.workers import cancel_later, tell, work
from vtime import run, say


async def limited(name, seconds):
    async with asyncio.timeout(1):
        await work(name, seconds)


async def main():
    task = asyncio.current_task()
    task.cancel()
    await tell('cancelled', asyncio.sleep(1))
    await tell('cleanup', limited('a', 5))
    say(f'cancelling: {task.cancelling()}')
    cancel_later(task, 0.5)
    await tell('cleanup', limited('b', 5))
    say(f'cancelling: {task.cancelling()}')
    try:
        async with asyncio.timeout(1):
            try:
                await limited('c', 5)
            finally:
                await tell('inner', limited('d', 5))
    except TimeoutError:
        say('outer: out of time')
    say(f'cancelling: {task.cancelling()}')

run(main)
