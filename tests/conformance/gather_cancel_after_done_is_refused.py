"""A gather that is done cannot be cancelled: a failed one leaves its children alone."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    b = start('b', 2)
    group = asyncio.gather(start('a', 1, fails=True), b)
    await tell('gather', group)
    say(f'cancel: {group.cancel()}')
    await tell('b', b)

run(main)
