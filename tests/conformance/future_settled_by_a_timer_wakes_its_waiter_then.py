"""A task waits for a future until a timer settles it; a timer that comes too late finds it cancelled."""
import asyncio
from vtime import MS, outcome, run, say, told


async def waiter(future):
    say(f'waiter got {await outcome(future)}')
    return 'ended'


def settle(future):
    if future.done():
        say(f'too late: {told(future)}')
    else:
        future.set_result('on time')


async def main():
    loop = asyncio.get_running_loop()
    early, late = loop.create_future(), loop.create_future()
    loop.call_later(25 * MS, settle, early)
    loop.call_later(75 * MS, settle, late)
    say(f'early: {await waiter(early)}')
    task = asyncio.create_task(waiter(late))
    await asyncio.sleep(25 * MS)
    late.cancel()
    say(f'late: {await task}')
    await asyncio.sleep(50 * MS)
    say('over')

run(main)
