"""A task that failed and was dropped is reported; one that was awaited, looked at or cancelled is not."""
import asyncio
import errno
from vtime import MS, drop, failure, outcome, run, say, told


async def fails(code):
    await asyncio.sleep(10 * MS)
    raise failure(code, 'nobody looks')


async def main():
    dropped, kept, awaited, looked_at, cancelled = (
        asyncio.create_task(fails(code))
        for code in (errno.EIO, errno.ENOENT, errno.ENOSPC, errno.EPIPE, errno.EROFS))
    del dropped
    await asyncio.sleep(5 * MS)
    cancelled.cancel()
    say(f'awaited: {await outcome(awaited)}')
    say(f'looked at: {told(looked_at)}, cancelled: {told(cancelled)}')
    del awaited, looked_at, cancelled
    drop()
    say('dropping the kept one')
    del kept
    drop()
    say('main ends')

run(main)
