"""An error that nobody looked at is reported when the last reference goes; a look at result(), or cancellation, is
enough to prevent it."""
import asyncio
import errno
from vtime import drop, failure, outcome, run, say, told


async def asked(future):
    return future.result()


async def main():
    loop = asyncio.get_running_loop()
    unseen, seen, awaited, cancelled = (loop.create_future() for _ in range(4))
    unseen.set_exception(failure(errno.EIO, 'nobody looks'))
    seen.set_exception(failure(errno.ENOENT, 'looked at'))
    awaited.set_exception(failure(errno.ENOSPC, 'awaited'))
    cancelled.cancel()
    say(f'seen: {await outcome(asked(seen))}')
    say(f'awaited: {await outcome(awaited)}')
    say('dropping all')
    del seen, awaited, cancelled
    drop()
    say('dropping unseen')
    del unseen
    drop()
    say('dropped')

run(main)
