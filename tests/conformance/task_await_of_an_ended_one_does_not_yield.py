"""A task that has ended can be awaited without a turn of the loop, even before its done-callbacks have run."""
import asyncio
import errno
from vtime import failure, outcome, run, say


async def returns():
    return 'value'


async def fails():
    raise failure(errno.EIO, 'at once')


async def main():
    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(returns()), asyncio.create_task(fails())]
    tasks[0].add_done_callback(lambda task: say('done-callback'))
    await asyncio.sleep(0)
    loop.call_soon(say, 'the loop turns')
    say(f'{await outcome(tasks[0])}, {await outcome(tasks[1])}')
    await asyncio.sleep(0)
    say('main ends')

run(main)
