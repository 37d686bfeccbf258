"""Who comes while the last round is still leaving waits for the next round."""
import asyncio
from common.workers import count_turns
from vtime import run, say


async def party(name, barrier):
    say(f'{name} has index {await barrier.wait()}')


async def main():
    barrier = asyncio.Barrier(2)
    count_turns(8)
    await asyncio.gather(*(party(name, barrier) for name in 'abcdef'))

run(main)
