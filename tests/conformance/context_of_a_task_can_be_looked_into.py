"""get_context is the very context in which the task runs: others see what it set so far, also after its end."""
# needs: 3.12
import asyncio
import contextvars
from vtime import MS, run, say

user = contextvars.ContextVar('user', default='nobody')


async def worker():
    await asyncio.sleep(10 * MS)
    user.set('worker')
    await asyncio.sleep(10 * MS)
    user.set('worker, later')


async def main():
    user.set('main')
    task = asyncio.create_task(worker())
    user.set('main, later')
    context = task.get_context()
    for _ in range(3):
        say(f'worker has {context[user]}, asked again {task.get_context()[user]}')
        await asyncio.sleep(11 * MS)
    say(f'worker had {context[user]}, main has {user.get()}')

run(main)
