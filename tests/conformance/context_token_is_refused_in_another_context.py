"""A token puts back only in the context it came from: a child with a copy of that is refused, and does no harm."""
import asyncio
import contextvars
from vtime import run, say, told

user = contextvars.ContextVar('user', default='nobody')


def reset(token):
    try:
        user.reset(token)
    except ValueError as error:
        return told(error)
    return 'None'


async def child(token):
    say(f'child resets: {reset(token)}, has {user.get()}')
    user.set('child')
    say(f'child resets: {reset(token)}, has {user.get()}')


async def main():
    token = user.set('main')
    await asyncio.create_task(child(token))
    say(f'main has {user.get()}')
    say(f'main resets: {reset(token)}, has {user.get()}')

run(main)
