"""What fails while run() cancels what is left is reported when the last of them has unwound."""
import asyncio
import errno
from vtime import failure, run, say, told


async def fails_unwinding():
    try:
        await asyncio.sleep(100)
    finally:
        say('fails while unwinding')
        raise failure(errno.EIO, 'cleanup')


async def unwinds_slowly():
    try:
        await asyncio.sleep(100)
    finally:
        await asyncio.sleep(2)
        say('has unwound')


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say(f"reported: {told(context['exception'])}"))
    tasks = [asyncio.create_task(fn()) for fn in (fails_unwinding, unwinds_slowly)]
    await asyncio.sleep(1)
    say(f'main returns, {sum(task.done() for task in tasks)} are done')

run(main)
say('the loop is closed')
