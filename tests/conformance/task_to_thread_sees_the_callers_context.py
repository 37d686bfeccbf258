"""to_thread runs the function elsewhere in a copy of the caller's context and gives its value or its error."""
import asyncio
import contextvars
import errno
from vtime import failure, outcome, run, say

user = contextvars.ContextVar('user', default='nobody')


def works(name):
    say(f'{name} sees {user.get()}')
    user.set(name)
    return 'value'


def fails(name):
    say(f'{name} sees {user.get()}')
    raise failure(errno.EIO, 'elsewhere')


async def main():
    user.set('main')
    say(f"works: {await outcome(asyncio.to_thread(works, 'first'))}")
    say(f"fails: {await outcome(asyncio.to_thread(fails, 'second'))}")
    say(f'main sees {user.get()}')

run(main)
