"""Notified, then cancelled while another has the lock: it still waits for the lock, then is cancelled."""
import asyncio
from common.workers import tell
from vtime import run, say


async def waiter(condition):
    async with condition:
        try:
            await condition.wait()
            say('not reached')
        finally:
            say(f'waiter unwinds, locked: {condition.locked()}')


async def main():
    condition = asyncio.Condition()
    task = asyncio.create_task(waiter(condition))
    await asyncio.sleep(1)
    async with condition:
        condition.notify()
        await asyncio.sleep(1)
        say(f'cancel: {task.cancel()}')
        await asyncio.sleep(1)
        say(f'cancel again: {task.cancel()}')
        await asyncio.sleep(1)
        say(f'done: {task.done()}, cancelling: {task.cancelling()}')
    await tell('waiter', task)

run(main)
