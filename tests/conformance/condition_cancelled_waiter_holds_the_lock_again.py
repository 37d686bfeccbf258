"""Cancelled while it waits, a waiter unwinds only when it has the lock again, however long that takes."""
import asyncio
from common.workers import tell
from vtime import run, say


async def waiter(condition):
    async with condition:
        try:
            await condition.wait()
        finally:
            say(f'waiter unwinds, locked: {condition.locked()}')
    say('not reached')


async def main():
    condition = asyncio.Condition()
    task = asyncio.create_task(waiter(condition))
    await asyncio.sleep(1)
    async with condition:
        task.cancel()
        say('cancelled')
        await asyncio.sleep(2)
        say(f'done: {task.done()}')
    await tell('waiter', task)
    say(f'locked: {condition.locked()}')

run(main)
