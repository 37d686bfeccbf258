"""run() gives main's value, error or cancellation; what main left behind is cancelled in every case."""
import asyncio
import errno
from vtime import MS, failure, run_main, say


async def left_behind():
    try:
        await asyncio.sleep(1)
    finally:
        say('left behind, and cancelled')


async def returns():
    task = asyncio.create_task(left_behind())
    await asyncio.sleep(10 * MS)
    return 42 if not task.done() else 0


async def fails():
    task = asyncio.create_task(left_behind())
    await asyncio.sleep(20 * MS)
    raise failure(errno.EIO, f'main failed {task.done()}')


async def cancels_itself():
    task = asyncio.create_task(left_behind())
    asyncio.current_task().cancel()
    await asyncio.sleep(30 * MS)
    say(f'never said {task.done()}')

for main in (returns, fails, cancels_itself):
    say(f'result: {run_main(main)}')
