"""A generator runs in the context of whoever asks: what it sets, the asker sees, and the other way round."""
import asyncio
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


def source():
    say(f'body sees {user.get()}')
    user.set('set by the body')
    yield 1
    say(f'body sees {user.get()}')
    yield 2


async def asker(name, generator):
    user.set(name)
    next(generator)
    say(f'{name} sees {user.get()}')


async def main():
    generator = source()
    await asyncio.create_task(asker('a', generator))
    await asyncio.create_task(asker('b', generator))
    say(f'main sees {user.get()}')

run(main)
