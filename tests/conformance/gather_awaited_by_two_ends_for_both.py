"""Two tasks await one gather: cancelling one of them cancels the children, and so the other's await."""
import asyncio
from common.workers import start, tell
from vtime import run


async def parent(name, group):
    await tell(name, group)


async def main():
    group = asyncio.gather(start('a', 5), start('b', 5))
    first, second = asyncio.create_task(parent('first', group)), asyncio.create_task(parent('second', group))
    await asyncio.sleep(1)
    first.cancel()
    await asyncio.wait([first, second])

run(main)
