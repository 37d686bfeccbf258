"""Cancelled while its children run, a gather cancels each of them, in their order, and ends after them."""
import asyncio
from common.workers import work
from vtime import run, say, told


async def main():
    group = asyncio.gather(work('First', 5), work('Second', 5), work('Third', 5))
    await asyncio.sleep(1)
    say(f'cancel: {group.cancel()}, done: {group.done()}')
    await asyncio.sleep(0)
    say(f'next turn, done: {group.done()}')
    await asyncio.sleep(0)
    say(f'turn after: {told(group)}')
    await asyncio.sleep(1)

run(main)
