"""The loop's default executor, shut down, does what it was given, begun or not, and takes nothing new."""
import asyncio
from common.jobs import Gate, pool
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    loop.set_default_executor(pool(1))
    gates = Gate('first'), Gate('second')
    jobs = [loop.run_in_executor(None, gate.job) for gate in gates]
    gates[0].wait_until_begun()
    gates[1].let_go()
    loop.call_soon(gates[0].let_go)
    await loop.shutdown_default_executor()
    say('it is shut down')
    for job in jobs:
        say(await outcome(job))
    try:
        await loop.run_in_executor(None, gates[0].job)
    except RuntimeError:
        say('a third is refused')

run(main)
