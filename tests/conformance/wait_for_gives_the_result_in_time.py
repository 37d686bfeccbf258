"""What ends in time gives its result, or its error."""
import asyncio
from common.workers import start, tell
from vtime import run


async def main():
    await tell('a', asyncio.wait_for(start('a', 1), 2))
    await tell('b', asyncio.wait_for(start('b', 1, fails=True), 2))
    await tell('c', asyncio.wait_for(start('c', 1), None))

run(main)
