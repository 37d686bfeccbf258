"""Settling only schedules the done-callbacks: they run next turn, in the order in which they were added, and among
what else is scheduled they stand where the future was settled."""
import asyncio
from vtime import run, say, told


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    for name in ('first', 'second', 'third'):
        future.add_done_callback(lambda future, name=name: say(f'{name}: {told(future)}'))
    loop.call_soon(say, 'scheduled before')
    future.set_result('value')
    loop.call_soon(say, 'scheduled after')
    say('settled')
    await asyncio.sleep(0)
    say('one turn later')

run(main)
