"""Context.run: the function sees the copy, what it sets stays there, and the caller's own values do not change."""
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')
role = contextvars.ContextVar('role', default='none')


def visit(name):
    say(f'{name} sees {user.get()}, {role.get()}')
    user.set(name)
    inner = contextvars.copy_context()
    inner.run(role.set, 'inner')
    say(f'{name} still has role {role.get()}, inner has {inner[role]}')


async def main():
    user.set('main')
    context = contextvars.copy_context()
    role.set('admin')
    context.run(visit, 'a')
    context.run(visit, 'b')
    say(f'main has {user.get()}, {role.get()}')
    say(f"context has {context[user]}, {context.get(role, 'none')}")

run(main)
