"""A handler for SIGINT is called, and the main task is not cancelled."""
import asyncio
import os
import signal
from vtime import MS, run, say

signal.signal(signal.SIGINT, signal.default_int_handler)


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, say, 'told')
    for _ in range(3):
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(1 * MS)
    say('main goes on')

run(main)
