"""Failures are told together, in the order in which they came, the body's last."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def together():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 1, fails=True))
        group.create_task(work('b', 1, fails=True))
        try:
            await asyncio.sleep(5)
        finally:
            say(f'cancelling: {asyncio.current_task().cancelling()}')


async def unwinding():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('c', 5, cleanup=1, fails_late=True))
        group.create_task(work('d', 1, fails=True))
        await work('body', 5, fails_late=True)


async def main():
    await tell('together', together())
    await tell('unwinding', unwinding())

run(main)
