"""A child cancelled by somebody else is a failure like others: the gather ends, the siblings run on."""
import asyncio
from common.workers import cancel_later, start, tell
from vtime import run, say


async def main():
    a, b = start('a', 5), start('b', 2)
    cancel_later(a, 1)
    await tell('gather', asyncio.gather(a, b))
    say(f'a cancelled: {a.cancelled()}, b done: {b.done()}')
    await tell('b', b)

run(main)
