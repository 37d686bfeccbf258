"""With return_exceptions, or with children that refuse, a gather that was cancelled ends cancelled, after the last child."""
import asyncio
from common.workers import cancel_later, tell, work
from vtime import run


async def main():
    group = asyncio.gather(work('a', 5), work('b', 5, cleanup=1), return_exceptions=True)
    cancel_later(group, 1)
    await tell('return_exceptions', group)
    group = asyncio.gather(work('c', 5, refuses=True), work('d', 5, cleanup=2, refuses=True))
    cancel_later(group, 1)
    await tell('refused', group)

run(main)
