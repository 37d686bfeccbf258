"""Cancelled while it waits, the scope cancels its children and waits for them; a second cancel does not hurry them."""
import asyncio
from common.workers import cancel_later, tell, work
from vtime import run, say


async def scope():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 9, cleanup=3))


async def main():
    task = asyncio.create_task(scope())
    cancel_later(task, 1)
    cancel_later(task, 2)
    await tell('scope', task)
    say(f'cancelled: {task.cancelled()}, cancelling: {task.cancelling()}')

run(main)
