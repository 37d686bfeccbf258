"""create_task(context=) runs the task in that very context; a task of that task copies it again."""
import asyncio
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


async def grandchild():
    say(f'grandchild sees {user.get()}')
    user.set('grandchild')


async def child(name):
    say(f'{name} sees {user.get()}')
    user.set(name)
    await asyncio.create_task(grandchild())
    say(f'{name} still sees {user.get()}')


async def main():
    user.set('main')
    context = contextvars.copy_context()
    user.set('main, later')
    await asyncio.create_task(child('a'), context=context)
    await asyncio.create_task(child('b'), context=context)
    say(f'main sees {user.get()}, context has {context[user]}')

run(main)
