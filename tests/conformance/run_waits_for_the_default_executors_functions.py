"""The end of asyncio.run waits for what its loop gave to the default executor, cancelled, forgotten or not yet begun; the loop goes on."""
import asyncio
from common.jobs import Gate, pool
from vtime import MS, new_loop, outcome, say

running, forgotten = Gate('running'), Gate('forgotten')


def let_both_go():
    say('let go')
    running.let_go()
    forgotten.let_go()


async def main():
    loop = asyncio.get_running_loop()
    loop.set_default_executor(pool(1))
    cancelled = loop.run_in_executor(None, running.job)
    loop.run_in_executor(None, forgotten.job).add_done_callback(lambda job: say(f'{job.result()} is told'))
    never = loop.run_in_executor(None, Gate('never').job)
    running.wait_until_begun()
    cancelled.cancel()
    never.cancel()
    say(f'main ends: {await outcome(cancelled)} {await outcome(never)}')
    loop.call_later(1 * MS, let_both_go)


# What asyncio.run does, but for its 5 minutes: to their end a virtual clock would jump.
loop = new_loop()
loop.run_until_complete(main())
say('main has ended')
loop.run_until_complete(loop.shutdown_default_executor())
loop.close()
say('it is over')
