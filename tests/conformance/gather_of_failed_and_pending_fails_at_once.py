"""A child that has failed already settles the gather there and then; the pending ones run on."""
# needs: 3.12
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    failed = start('a', 1, fails=True)
    b = start('b', 4)
    await asyncio.sleep(2)
    group = asyncio.gather(b, failed)
    say(f'done: {group.done()}')
    await tell('gather', group)
    await tell('b', b)

run(main)
