"""A function whose future is cancelled while it waits for a thread is not called any more."""
import asyncio
from common.jobs import Gate, pool
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    executor = pool(1)
    gate = Gate('first')
    first = loop.run_in_executor(executor, gate.job)
    gate.wait_until_begun()
    second = loop.run_in_executor(executor, say, 'second begins')
    third = loop.run_in_executor(executor, say, 'third begins')
    try:
        await asyncio.wait_for(second, 0.01)
    except TimeoutError:
        say('second: out of time')
    gate.let_go()
    await third
    say(f'first: {await outcome(first)}')
    executor.shutdown()

run(main)
