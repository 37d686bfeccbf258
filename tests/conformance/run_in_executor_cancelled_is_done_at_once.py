"""Cancelling the loop's future ends it at once; the function goes on, and what it brings is nobody's."""
import asyncio
from common.jobs import Gate, pool
from vtime import outcome, run, say, told


async def main():
    loop = asyncio.get_running_loop()
    executor = pool(1)
    running, waiting = Gate('running'), Gate('waiting')
    first = loop.run_in_executor(executor, running.job)
    second = loop.run_in_executor(executor, waiting.job)
    running.wait_until_begun()
    say(f'cancel the one that runs: {first.cancel()}, {told(first)}')
    say(f'cancel the one that waits: {second.cancel()}, {told(second)}')
    say(f'awaited: {await outcome(first)} {await outcome(second)}')
    await asyncio.sleep(0)  # the pool hears of it
    third = loop.run_in_executor(executor, lambda: 'next')
    running.let_go()
    say(f'the thread is free: {await outcome(third)}')
    executor.shutdown()

run(main)
