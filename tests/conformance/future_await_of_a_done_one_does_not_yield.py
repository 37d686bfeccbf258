"""Awaiting what is done goes on without a turn of the loop, however often; awaiting what is pending does not."""
import asyncio
import errno
from vtime import failure, outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    value, error, cancelled, pending = (loop.create_future() for _ in range(4))
    value.set_result('value')
    error.set_exception(failure(errno.EIO, 'disk'))
    cancelled.cancel()
    loop.call_soon(say, 'the loop turns')
    say(f'value: {await value}, again: {await value}')
    say(f'error: {await outcome(error)}')
    say(f'cancelled: {await outcome(cancelled)}')
    loop.call_soon(pending.set_result, 'settled by a callback')
    say(f'pending: {await pending}')

run(main)
