"""The exception handler hears of a task in that task's context, wherever the last one lets go of it."""
# needs: 3.12
import asyncio
import contextvars
import errno
from vtime import drop, failure, run, say, told

name = contextvars.ContextVar('name', default='nobody')


async def fails(who):
    name.set(who)
    raise failure(errno.EIO, who)


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say(f"reported to {name.get()}: {told(context['exception'])}"))
    name.set('main')
    asyncio.create_task(fails('a'))
    await asyncio.sleep(1)
    task = asyncio.create_task(fails('b'))
    await asyncio.sleep(1)
    say(f'main lets go, {name.get()}')
    del task
    drop()
    await asyncio.sleep(1)
    say(f'end, {name.get()}')

run(main)
