"""An eager task runs up to its first suspension inside its creation, as the current task; one that never suspends is
done when it is returned."""
# needs: 3.12
import asyncio
import errno
from vtime import MS, failure, outcome, run, say, told


def who():
    return asyncio.current_task().get_name()


async def at_once():
    say(f'at once: {who()}')
    return 'value'


async def fails():
    raise failure(errno.EIO, 'at once')


async def suspends():
    say(f'suspends: {who()}')
    await asyncio.sleep(0)
    say(f'goes on: {who()}')
    await asyncio.sleep(10 * MS)
    return 'later'


def eager(coroutine, name):
    return asyncio.Task(coroutine, loop=asyncio.get_running_loop(), name=name, eager_start=True)


async def main():
    asyncio.current_task().set_name('main')
    asyncio.get_running_loop().call_soon(say, 'ready before')
    a = eager(at_once(), 'a')
    say(f'back in {who()}, a: {told(a)}')
    b = eager(suspends(), 'b')
    say(f'back in {who()}, b: {told(b)}')
    c = eager(fails(), 'c')
    say(f'c: {told(c)}')
    a.add_done_callback(lambda task: say('callback of a'))
    say(f'await a: {await a}')
    say(f'await b: {await b}')
    say(f'await c: {await outcome(c)}')

run(main)
