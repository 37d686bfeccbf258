"""A party that is cancelled does not count any more; the others wait for one to take its place."""
import asyncio
from common.workers import tell
from vtime import run, say


async def party(name, barrier):
    await tell(name, barrier.wait())


async def main():
    barrier = asyncio.Barrier(3)
    tasks = [asyncio.create_task(party(name, barrier)) for name in 'ab']
    await asyncio.sleep(1)
    tasks[0].cancel()
    await asyncio.sleep(1)
    say(f'waiting: {barrier.n_waiting}, broken: {barrier.broken}')
    await asyncio.gather(party('c', barrier), party('d', barrier))
    await asyncio.wait(tasks)

run(main)
