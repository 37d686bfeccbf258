"""What the coroutines of many triples do: they begin, sleep, end or fail, and tell of it.

workers.c has the same functions under the same names.
"""

import asyncio
import errno

from vtime import failure, reason, say, told


def shown(what):
    """told(), with the text of an error that has one and the parts of what has parts."""
    if isinstance(what, list):
        return f"[{', '.join(told(each) if isinstance(each, BaseException) else shown(each) for each in what)}]"
    if isinstance(what, BaseExceptionGroup):
        return f"{told(what)} ({', '.join(shown(each) for each in what.exceptions)})"
    if isinstance(what, OSError) and what.errno:
        return f'{told(what)} ({reason(what)})'
    return told(what)


async def tell(what, awaitable):
    """Awaits in place and says how that ended."""
    try:
        ended = shown(await awaitable)
    except BaseException as error:
        ended = shown(error)
    say(f'{what}: {ended}')


async def work(name, seconds, fails=False, cleanup=0, refuses=False, fails_late=False):
    """Sleeps, then returns its name, or fails. Cancelled, it may take time to unwind, refuse, or fail."""
    say(f'{name} starts')
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        say(f'{name} is cancelled')
        if cleanup:
            await asyncio.sleep(cleanup)
            say(f'{name} has cleaned up')
        if refuses:
            return name
        if fails_late:
            raise failure(errno.EIO, name)
        raise
    say(f"{name} {'fails' if fails else 'ends'}")
    if fails:
        raise failure(errno.EIO, name)
    return name


def start(name, seconds, **how):
    """A task that works."""
    return asyncio.create_task(work(name, seconds, **how))


def cancel_later(future, seconds):
    asyncio.get_running_loop().call_later(seconds, future.cancel)


def count_turns(n):
    """Says when each of the next n turns comes, at its place among the callbacks. One count at a time."""
    loop = asyncio.get_running_loop()

    def turn(k):
        say(f'turn {k}')
        if k < n:
            loop.call_soon(turn, k + 1)

    loop.call_soon(turn, 1)
