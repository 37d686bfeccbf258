"""Without children a gather is done, with an empty list."""
import asyncio
from common.workers import tell
from vtime import run, say


async def main():
    group = asyncio.gather()
    say(f'done: {group.done()}')
    await tell('gather', group)

run(main)
