"""A child that fails while it unwinds makes the scope fail, though it was cancelled from outside; the cancel comes next."""
# needs: 3.13
import asyncio
from common.workers import tell, work
from vtime import run, say


async def scope():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 9, fails_late=True))


async def parent():
    await tell('scope', scope())
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await work('next', 1)


async def main():
    task = asyncio.create_task(parent())
    await asyncio.sleep(1)
    task.cancel()
    await tell('parent', task)

run(main)
