"""A free lock is taken without waiting; a taken one goes to who came first."""
import asyncio
from common.workers import count_turns
from vtime import run, say


async def worker(name, lock):
    say(f'{name} wants it')
    async with lock:
        say(f'{name} has it')
        await asyncio.sleep(1)
    say(f'{name} gave it back')


async def main():
    lock = asyncio.Lock()
    count_turns(3)
    await asyncio.gather(*(worker(name, lock) for name in 'abcd'))

run(main)
