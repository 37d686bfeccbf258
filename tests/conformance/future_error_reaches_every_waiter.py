"""Each task that awaits a failed future gets the same error with the same text, now and later."""
import asyncio
import errno
from vtime import MS, failure, reason, run, say, told


async def waiter(name, future):
    try:
        await future
    except OSError as error:
        say(f'{name} got {told(error)}: {reason(error)}')


async def main():
    future = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(waiter(name, future)) for name in 'ab']
    await asyncio.sleep(10 * MS)
    future.set_exception(failure(errno.ENOSPC, 'the disk is full'))
    say('failed')
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(waiter('late', future)))
    for task in tasks:
        await task

run(main)
