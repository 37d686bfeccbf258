"""A cancellation from outside, before the deadline or at the same moment on either side of it, stays one."""
import asyncio
from common.workers import cancel_later, tell, work
from vtime import run, say


async def limited(name):
    async with asyncio.timeout(2) as limit:
        try:
            await work(name, 9)
        finally:
            say(f'cancelling: {asyncio.current_task().cancelling()}, expired: {limit.expired()}')


async def main():
    task = asyncio.create_task(limited('before'))
    cancel_later(task, 1)
    await tell('before', task)
    task = asyncio.create_task(limited('cancel first'))
    cancel_later(task, 2)
    await tell('cancel first', task)
    task = asyncio.create_task(limited('timeout first'))
    await asyncio.sleep(0)
    cancel_later(task, 2)
    await tell('timeout first', task)

run(main)
