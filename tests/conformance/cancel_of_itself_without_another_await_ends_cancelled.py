"""A task that was cancelled and never awaits again ends cancelled, also if it returns a value."""
import asyncio
from vtime import outcome, run, say


async def returns():
    asyncio.current_task().cancel('changed my mind')
    return 'value'


async def awaits_what_is_done():
    future = asyncio.get_running_loop().create_future()
    future.set_result('here')
    asyncio.current_task().cancel()
    say(f'await of a done future: {await outcome(future)}')
    return 'value'


async def main():
    for fn in (returns, awaits_what_is_done):
        task = asyncio.create_task(fn())
        say(f'{await outcome(task)}, cancelled {task.cancelled()}')

run(main)
