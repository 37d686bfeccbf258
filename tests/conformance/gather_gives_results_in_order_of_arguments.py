"""The results stand in the order of the arguments, whoever ended first."""
import asyncio
from common.workers import count_turns, tell, work
from vtime import run, say


async def main():
    await tell('gather', asyncio.gather(work('a', 3), work('b', 1), work('c', 2)))
    await tell('at once', asyncio.gather(work('d', 0), work('e', 0)))
    count_turns(5)
    await tell('in turns', asyncio.gather(work('f', 0), work('g', 0)))
    await asyncio.sleep(1)
    say('end')

run(main)
