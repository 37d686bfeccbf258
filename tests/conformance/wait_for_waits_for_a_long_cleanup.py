"""The time a cancelled task takes to unwind comes on top of the timeout."""
import asyncio
from common.workers import start, tell
from vtime import run


async def main():
    await tell('wait_for', asyncio.wait_for(start('a', 5, cleanup=3), 1))
    await tell('wait_for', asyncio.wait_for(start('b', 5, cleanup=3, refuses=True), 1))

run(main)
