"""A task that cancels itself goes on until it awaits; that await lasts one turn, whatever it waits for."""
import asyncio
from vtime import outcome, run, say


async def worker():
    asyncio.get_running_loop().call_soon(say, 'the loop turns')
    say(f'cancel: {asyncio.current_task().cancel()}')
    say('still running')
    say(f'await: {await outcome(asyncio.sleep(1))}')
    say(f'next: {await outcome(asyncio.sleep(0.01))}')
    return 'survived'


async def main():
    say(f'worker: {await outcome(asyncio.create_task(worker()))}')

run(main)
