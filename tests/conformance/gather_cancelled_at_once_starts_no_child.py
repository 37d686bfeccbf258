"""Cancelled before its children's first step, a gather runs none of them."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def main():
    group = asyncio.gather(work('First', 5), work('Second', 5), work('Third', 5))
    say(f'cancel: {group.cancel()}, done: {group.done()}')
    await tell('gather', group)
    await asyncio.sleep(1)
    say('end')

run(main)
