"""The first child that fails cancels its siblings, then the body; the scope waits until they have unwound."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def scope():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 1, fails=True))
        group.create_task(work('b', 5, cleanup=1))
        await work('body', 5)


async def main():
    await tell('group', scope())
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await asyncio.sleep(1)
    say('end')

run(main)
