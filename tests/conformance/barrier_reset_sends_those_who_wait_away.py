"""Reset breaks the round for those who wait; the next ones find the barrier as new."""
import asyncio
from common.workers import tell
from vtime import run, say


async def party(name, barrier):
    await tell(name, barrier.wait())


async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(party(name, barrier)) for name in 'ab']
    await asyncio.sleep(1)
    say(f'waiting: {barrier.n_waiting}')
    await barrier.reset()
    say(f'waiting: {barrier.n_waiting}, broken: {barrier.broken}')
    await asyncio.wait(tasks)
    await asyncio.gather(*(party(name, barrier) for name in 'cde'))
    await barrier.reset()
    say(f'broken: {barrier.broken}')

run(main)
