"""With return_exceptions failures and cancellations are results like others."""
import asyncio
from common.workers import cancel_later, start, tell
from vtime import run


async def main():
    children = [start('a', 1, fails=True), start('b', 3), start('c', 9), start('d', 2, fails=True)]
    cancel_later(children[2], 2.5)
    await tell('gather', asyncio.gather(*children, return_exceptions=True))

run(main)
