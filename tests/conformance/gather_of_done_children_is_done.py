"""When every child is done already, so is the gather. One that is not done makes it wait."""
# needs: 3.12
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    a, b = start('a', 1), start('b', 1)
    await asyncio.sleep(2)
    group = asyncio.gather(a, b)
    say(f'done: {group.done()}')
    await tell('gather', group)
    group = asyncio.gather(a, start('c', 1))
    say(f'done: {group.done()}')
    await tell('gather', group)

run(main)
