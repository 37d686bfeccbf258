"""The first Ctrl-C cancels the main task; when that ends cancelled, the run ends interrupted, else as main says."""
import asyncio
import os
import signal
from vtime import MS, run_main, say

signal.signal(signal.SIGINT, signal.default_int_handler)


async def interrupted(goes_on):
    os.kill(os.getpid(), signal.SIGINT)
    try:
        await asyncio.sleep(1 * MS)
    except asyncio.CancelledError:
        say('main is cancelled')
        if not goes_on:
            raise
    return 6


def tell(ended):
    say(f"the run: {'EINTR' if ended == 'KeyboardInterrupt' else ended}")


tell(run_main(lambda: interrupted(False)))
tell(run_main(lambda: interrupted(True)))
