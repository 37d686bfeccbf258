"""Whoever is there when a signal is told is called: nobody after remove, the new one after add."""
import asyncio
import os
import signal
from vtime import MS, run, say


async def main():
    loop = asyncio.get_running_loop()
    say(f'remove: {loop.remove_signal_handler(signal.SIGWINCH)}')
    loop.add_signal_handler(signal.SIGWINCH, say, 'first')
    os.kill(os.getpid(), signal.SIGWINCH)
    say(f'remove: {loop.remove_signal_handler(signal.SIGWINCH)}')
    await asyncio.sleep(1 * MS)
    loop.add_signal_handler(signal.SIGWINCH, say, 'second')
    os.kill(os.getpid(), signal.SIGWINCH)
    loop.add_signal_handler(signal.SIGWINCH, say, 'third')
    await asyncio.sleep(1 * MS)
    say(f'remove: {loop.remove_signal_handler(signal.SIGWINCH)}')
    say(f'remove: {loop.remove_signal_handler(signal.SIGWINCH)}')
    os.kill(os.getpid(), signal.SIGWINCH)
    await asyncio.sleep(1 * MS)

run(main)
