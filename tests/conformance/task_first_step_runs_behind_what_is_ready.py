"""create_task schedules the first step behind all that is ready; tasks begin in the order in which they were created."""
import asyncio
from vtime import run, say


async def worker(name):
    say(f'{name} begins')


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(say, 'ready before')
    a = asyncio.create_task(worker('a'))
    loop.call_soon(say, 'ready between')
    b = asyncio.create_task(worker('b'))
    loop.call_soon(say, 'ready after')
    say('created')
    await a
    await b
    say('main ends')

run(main)
