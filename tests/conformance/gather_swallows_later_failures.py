"""Only the first failure is told; those of the siblings after it are not reported either."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def main():
    await tell('gather', asyncio.gather(work('a', 1, fails=True), work('b', 2, fails=True), work('c', 3, fails=True)))
    await asyncio.sleep(5)
    say('end')

run(main)
