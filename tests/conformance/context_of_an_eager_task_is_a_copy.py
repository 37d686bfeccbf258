"""An eager task's first step runs inside its creation but in a context of its own: the creator sees nothing of it."""
# needs: 3.12
import asyncio
import contextvars
from vtime import run, say

user = contextvars.ContextVar('user', default='nobody')


async def worker():
    say(f'first step sees {user.get()}')
    user.set('worker')
    await asyncio.sleep(0)
    say(f'second step sees {user.get()}')


async def main():
    user.set('main')
    task = asyncio.Task(worker(), loop=asyncio.get_running_loop(), eager_start=True)
    say(f'main sees {user.get()}')
    user.set('main, later')
    await task
    say(f'main sees {user.get()}')

run(main)
