"""wrap_future: a loop awaits what another thread settles; cancelling it cancels the concurrent one."""
import asyncio
import threading
from concurrent.futures import Future
from common.jobs import result
from vtime import outcome, run, say


async def main():
    future = Future()
    wrapped = asyncio.wrap_future(future)
    threading.Thread(target=future.set_result, args=(3,)).start()
    say(f'settled by a thread: {await outcome(wrapped)}')
    future = Future()
    wrapped = asyncio.wrap_future(future)
    wrapped.cancel()
    await asyncio.sleep(0)
    say(f'awaited: {await outcome(wrapped)}')
    say(f'the concurrent one: {result(future)}')
    future = Future()
    future.cancel()
    say(f'of a cancelled one: {await outcome(asyncio.wrap_future(future))}')

run(main)
