"""The last one to come lets all through; each has the index of its arrival. Then it can be used again."""
import asyncio
from vtime import run, say


async def party(name, seconds, barrier):
    await asyncio.sleep(seconds)
    say(f'{name} comes, waiting: {barrier.n_waiting}')
    say(f'{name} has index {await barrier.wait()}')
    await asyncio.sleep(seconds)
    say(f'{name} has index {await barrier.wait()} in the second round')


async def main():
    barrier = asyncio.Barrier(3)
    await asyncio.gather(party('a', 3, barrier), party('b', 1, barrier), party('c', 2, barrier))
    say(f'waiting: {barrier.n_waiting}')

run(main)
