"""A done-callback runs in a copy of the context in which it was added, not of the one in which the future was settled."""
import asyncio
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


def done(name):
    def callback(future):
        say(f'{name} sees {user.get()}')
        user.set(name)
    return callback


async def settler(future):
    user.set('settler')
    future.set_result(None)


async def main():
    future = asyncio.get_running_loop().create_future()
    user.set('early')
    future.add_done_callback(done('a'))
    context = contextvars.copy_context()
    future.add_done_callback(done('b'), context=context)
    user.set('late')
    future.add_done_callback(done('c'))
    await asyncio.create_task(settler(future))
    await asyncio.sleep(0)
    say(f'main sees {user.get()}, context has {context[user]}')

run(main)
