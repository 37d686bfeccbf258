"""Cancelling the task that awaits a shield does not reach what it protects; that can be awaited afterwards."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def parent(inner):
    await asyncio.shield(inner)


async def main():
    inner = start('inner', 3)
    task = asyncio.create_task(parent(inner))
    await asyncio.sleep(1)
    task.cancel()
    await tell('parent', task)
    say(f'inner done: {inner.done()}')
    await tell('inner', inner)

run(main)
