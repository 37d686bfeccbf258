"""A callback runs in a copy of the context in which it was scheduled, soon or later; each has a copy of its own."""
import asyncio
import contextvars
from vtime import MS, run, say

user = contextvars.ContextVar('user', default='nobody')


def callback(name):
    say(f'{name} sees {user.get()}')
    user.set(name)
    say(f'{name} set {user.get()}')


async def main():
    loop = asyncio.get_running_loop()
    user.set('early')
    loop.call_later(10 * MS, callback, 'timer')
    loop.call_soon(callback, 'first')
    loop.call_soon(callback, 'second')
    user.set('late')
    loop.call_soon(callback, 'third')
    await asyncio.sleep(20 * MS)
    say(f'main sees {user.get()}')

run(main)
