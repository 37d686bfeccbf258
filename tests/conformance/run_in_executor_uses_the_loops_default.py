"""set_default_executor: run_in_executor(None) and to_thread use it from then on."""
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from vtime import outcome, run, say

begun = []


def name():
    return 'ours' if threading.current_thread() in begun else 'another'


async def main():
    loop = asyncio.get_running_loop()
    say(f'before: {await outcome(loop.run_in_executor(None, name))}')
    loop.set_default_executor(ThreadPoolExecutor(1, initializer=lambda: begun.append(threading.current_thread())))
    say(f'after: {await outcome(loop.run_in_executor(None, name))}')
    say(f'to_thread: {await outcome(asyncio.to_thread(name))}')

run(main)
