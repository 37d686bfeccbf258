"""A gather can be a child: results nest, errors climb, cancellation descends."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def main():
    inner = asyncio.gather(work('a', 1), work('b', 2))
    await tell('outer', asyncio.gather(inner, work('c', 3)))
    inner = asyncio.gather(work('d', 1, fails=True), work('e', 2))
    await tell('outer', asyncio.gather(inner, work('f', 3)))
    inner = asyncio.gather(work('g', 5), work('h', 5))
    outer = asyncio.gather(inner, work('i', 5))
    await asyncio.sleep(4)
    outer.cancel()
    await tell('outer', outer)
    say('end')

run(main)
