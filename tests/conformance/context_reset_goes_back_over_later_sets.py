"""reset puts back what that very set replaced, whatever was set since."""
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


async def main():
    user.set('main')
    token = user.set('guest')
    user.set('guest, renamed')
    user.set('guest, renamed again')
    user.reset(token)
    say(f'after reset: {user.get()}')

run(main)
