"""reset puts back what set replaced, the default too; a token works once."""
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


async def main():
    first = user.set('first')
    second = user.set('second')
    say(f'set twice: {user.get()}')
    user.reset(second)
    say(f'reset: {user.get()}')
    user.reset(first)
    say(f'reset again: {user.get()}')
    try:
        user.reset(first)
    except RuntimeError:
        say('a used token: EINVAL')
    say(f'still: {user.get()}')

run(main)
