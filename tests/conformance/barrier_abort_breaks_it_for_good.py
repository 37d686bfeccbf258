"""Abort sends away those who wait and those who come, until a reset."""
import asyncio
from common.workers import tell
from vtime import run, say


async def party(name, barrier):
    await tell(name, barrier.wait())


async def main():
    barrier = asyncio.Barrier(2)
    task = asyncio.create_task(party('a', barrier))
    await asyncio.sleep(1)
    await barrier.abort()
    say(f'broken: {barrier.broken}, waiting: {barrier.n_waiting}')
    await task
    await party('b', barrier)
    await barrier.reset()
    say(f'broken: {barrier.broken}')
    await asyncio.gather(party('c', barrier), party('d', barrier))

run(main)
