"""A signal is noticed in the next turn, behind what was ready, and its handler called in the one after that."""
import asyncio
import os
import signal
from common.workers import count_turns
from vtime import MS, run, say


def handler(name):
    say(f'{name} is told')


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, handler, 'usr1')
    loop.add_signal_handler(signal.SIGUSR2, handler, 'usr2')
    for number in (signal.SIGUSR2, signal.SIGUSR1):
        count_turns(4)
        os.kill(os.getpid(), number)
        say('sent')
        await asyncio.sleep(10 * MS)

run(main)
