"""A main task that others have cancelled, too, ends cancelled, not interrupted, whichever came first."""
import asyncio
import os
import signal
from vtime import MS, run_main, say

signal.signal(signal.SIGINT, signal.default_int_handler)


async def cancels(task, how):
    await asyncio.sleep(1 * MS)
    for what in how:
        if what == 'C':
            os.kill(os.getpid(), signal.SIGINT)
        else:
            task.cancel()


async def main(how):
    task = asyncio.create_task(cancels(asyncio.current_task(), how))
    try:
        await asyncio.sleep(10)
    finally:
        say('main is cancelled')
        del task


def tell(how):
    ended = run_main(lambda: main(how))
    say(f"{how}: {'EINTR' if ended == 'KeyboardInterrupt' else ended}")


tell('C')
tell('c')
tell('cC')
tell('Cc')
