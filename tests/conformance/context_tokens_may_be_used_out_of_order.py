"""Tokens need not be used last first: each puts back what its own set replaced."""
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


async def main():
    tokens = [user.set(name) for name in ('a', 'b', 'c')]
    for n in (0, 2, 1):
        user.reset(tokens[n])
        say(f'token {n}: {user.get()}')

run(main)
