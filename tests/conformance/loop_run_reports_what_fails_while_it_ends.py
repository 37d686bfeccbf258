"""A left-over task that fails while run() cancels it is reported, once."""
import asyncio
import errno
from vtime import MS, failure, run, say, told


async def fails_unwinding():
    try:
        await asyncio.sleep(1)
    finally:
        say('fails while unwinding')
        raise failure(errno.EIO, 'cleanup')


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say(f"reported: {told(context['exception'])}"))
    task = asyncio.create_task(fails_unwinding())
    await asyncio.sleep(5 * MS)
    say(f'main returns, task done: {task.done()}')

run(main)
say('the loop is closed')
