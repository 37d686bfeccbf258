"""context= runs a callback in that very context: what it sets, the next one sees, and so does the owner."""
import asyncio
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


def callback(name):
    say(f'{name} sees {user.get()}')
    user.set(name)


async def main():
    loop = asyncio.get_running_loop()
    user.set('main')
    context = contextvars.copy_context()
    user.set('main, later')
    loop.call_soon(callback, 'a', context=context)
    loop.call_soon(callback, 'b', context=context)
    loop.call_soon(callback, 'c')
    await asyncio.sleep(0)
    say(f'main sees {user.get()}, context has {context[user]}')

run(main)
