"""Cancelling the caller cancels what it waits for, and waits until that has unwound."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    inner = start('inner', 5, cleanup=1)
    caller = asyncio.create_task(asyncio.wait_for(inner, 3))
    await asyncio.sleep(1)
    caller.cancel()
    await tell('caller', caller)
    say(f'inner cancelled: {inner.cancelled()}')

run(main)
