"""A future given twice is one: it is waited for once and counted once."""
import asyncio
from common.workers import start
from vtime import run, say


async def main():
    a, b = start('a', 2), start('b', 1)
    done, pending = await asyncio.wait([a, b, a], return_when=asyncio.FIRST_COMPLETED)
    say(f'done: {len(done)}')
    done, pending = await asyncio.wait([a, b, a, b])
    say(f'done: {len(done)}')

run(main)
