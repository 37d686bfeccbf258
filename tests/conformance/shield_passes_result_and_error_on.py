"""Not disturbed, a shield ends as what it protects."""
import asyncio
from common.workers import count_turns, start, tell
from vtime import run


async def main():
    await tell('result', asyncio.shield(start('a', 1)))
    await tell('error', asyncio.shield(start('b', 1, fails=True)))
    count_turns(4)
    await tell('in turns', asyncio.shield(start('c', 0)))
    await asyncio.sleep(1)

run(main)
