"""A task sees its creator's values as they were at its creation; what it sets stays its own, across suspensions."""
import asyncio
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


async def child(name):
    say(f'{name} begins with {user.get()}')
    user.set(name)
    await asyncio.sleep(0)
    say(f'{name} goes on with {user.get()}')


async def main():
    say(f'main begins with {user.get()}')
    a = asyncio.create_task(child('a'))
    user.set('main')
    b = asyncio.create_task(child('b'))
    user.set('main again')
    await a
    await b
    say(f'main ends with {user.get()}')

run(main)
say(f'outside: {user.get()}')
