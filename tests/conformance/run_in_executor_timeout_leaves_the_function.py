"""wait_for around a job times out by the loop's clock; the pool's thread is busy until the function returns."""
import asyncio
from common.jobs import Gate, pool
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    executor = pool(1)
    gate = Gate('slow')
    job = loop.run_in_executor(executor, gate.job)
    gate.wait_until_begun()
    say(f'waited: {await outcome(asyncio.wait_for(job, 2))}')
    gate.let_go()
    executor.shutdown()
    say('the function has returned')

run(main)
