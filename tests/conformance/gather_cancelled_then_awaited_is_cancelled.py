"""Awaiting a gather that was cancelled raises CancelledError, with the first child that has unwound."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def main():
    group = asyncio.gather(work('First', 5), work('Second', 5, cleanup=2), work('Third', 5))
    await asyncio.sleep(1)
    group.cancel()
    await tell('gather', group)
    await asyncio.sleep(3)
    say('end')

run(main)
