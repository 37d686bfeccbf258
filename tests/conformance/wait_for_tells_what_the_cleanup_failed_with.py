"""A task that fails while it unwinds, at the timeout or cancelled through its waiter, has that told, not the timeout."""
# needs: 3.12
import asyncio
from common.workers import cancel_later, start, tell
from vtime import run, say


async def waits(task):
    await asyncio.wait_for(task, 5)


async def main():
    task = start('a', 9, fails_late=True)
    await tell('at the timeout', asyncio.wait_for(task, 1))
    task = start('b', 9, cleanup=1, fails_late=True)
    await tell('later', asyncio.wait_for(task, 1))
    waiter = asyncio.create_task(waits(start('c', 9, fails_late=True)))
    cancel_later(waiter, 1)
    await tell('cancelled', waiter)
    say(f'cancelled: {waiter.cancelled()}')

run(main)
