"""A child given twice is one child with two places in the results."""
import asyncio
from common.workers import start, tell
from vtime import run


async def main():
    a = start('a', 2)
    b = start('b', 1)
    await tell('gather', asyncio.gather(a, b, a, b))

run(main)
