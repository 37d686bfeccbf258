"""A timeout of zero or less gives what is done and cancels what is not: it never starts."""
import asyncio
from common.workers import start, tell
from vtime import run


async def main():
    done = start('done', 1)
    await asyncio.sleep(2)
    await tell('zero, done', asyncio.wait_for(done, 0))
    await tell('negative, done', asyncio.wait_for(done, -1))
    await tell('zero, not started', asyncio.wait_for(start('never', 1), 0))
    running = start('running', 5, cleanup=1)
    await asyncio.sleep(1)
    await tell('negative, running', asyncio.wait_for(running, -1))

run(main)
