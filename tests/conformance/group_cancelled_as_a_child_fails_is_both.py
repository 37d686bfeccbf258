"""Cancelled from outside in the turn in which a child fails: the group tells the failure, the next await the cancel."""
# needs: 3.13
import asyncio
import errno
from common.workers import tell, work
from vtime import failure, run, say


async def child(begun):
    begun.set()
    await asyncio.sleep(0)
    raise failure(errno.EIO, 'child')


async def scope(begun):
    async with asyncio.TaskGroup() as group:
        group.create_task(child(begun))
        await work('body', 5)


async def parent(begun):
    await tell('scope', scope(begun))
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await work('next', 1)


async def main():
    begun = asyncio.Event()
    task = asyncio.create_task(parent(begun))
    await begun.wait()
    say(f'cancelling: {task.cancelling()}')
    task.cancel()
    say(f'cancelling: {task.cancelling()}')
    await tell('parent', task)
    say(f'cancelled: {task.cancelled()}')

run(main)
