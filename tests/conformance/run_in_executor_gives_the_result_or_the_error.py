"""loop.run_in_executor: a future of the loop, with the value or the error; also from the default executor."""
import asyncio
from common.jobs import fail, pool, twice
from common.workers import tell
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    executor = pool(2)
    say(f'value: {await outcome(loop.run_in_executor(executor, twice, 4))}')
    await tell('error', loop.run_in_executor(executor, fail, 'broken'))
    say(f'default: {await outcome(loop.run_in_executor(None, twice, 5))}')
    both = [loop.run_in_executor(executor, twice, n) for n in (1, 2)]
    say(f'gathered: {await outcome(asyncio.gather(*both))}')
    executor.shutdown()

run(main)
