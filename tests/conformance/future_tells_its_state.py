"""done, cancelled, result and what cancel answers, for a future in each of its four states."""
import asyncio
import errno
from vtime import failure, outcome, reason, run, say, told


async def asked(future):
    """result() now, without waiting."""
    return future.result()


async def show(name, future):
    say(f'{name}: done {future.done()}, cancelled {future.cancelled()}, result {await outcome(asked(future))}')


async def main():
    loop = asyncio.get_running_loop()
    pending, value, error, cancelled = (loop.create_future() for _ in range(4))
    value.set_result('text')
    error.set_exception(failure(errno.EIO, 'disk on fire'))
    cancelled.cancel()
    await show('pending', pending)
    await show('value', value)
    await show('error', error)
    await show('cancelled', cancelled)
    say(f'why error: {reason(error.exception())}')
    for name, future in (('value', value), ('error', error), ('cancelled', cancelled), ('pending', pending)):
        say(f'cancel {name}: {future.cancel()}, now {told(future)}')

run(main)
