"""The same, and nobody ever awaits the gather."""
import asyncio
from common.workers import work
from vtime import run, say, told


async def main():
    group = asyncio.gather(work('First', 5), work('Second', 5), work('Third', 5))
    group.cancel()
    await asyncio.sleep(1)
    say(f'gather: {told(group)}')

run(main)
