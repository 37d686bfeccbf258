"""Several signals at once: their handlers are called in the order in which they came."""
import asyncio
import os
import signal
from vtime import MS, run, say


async def main():
    loop = asyncio.get_running_loop()
    for name in ('SIGUSR1', 'SIGUSR2', 'SIGWINCH'):
        loop.add_signal_handler(getattr(signal, name), say, name)
    for name in ('SIGWINCH', 'SIGUSR1', 'SIGUSR2'):
        os.kill(os.getpid(), getattr(signal, name))
    await asyncio.sleep(1 * MS)

run(main)
