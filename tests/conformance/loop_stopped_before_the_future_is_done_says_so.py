"""stop() during run_until_complete: the call fails, the future stays pending, and another run completes it."""
import asyncio
from vtime import MS, new_loop, say, told


async def work():
    await asyncio.sleep(20 * MS)
    return 'finished'

loop = new_loop()
task = loop.create_task(work())
loop.call_later(10 * MS, loop.stop)
try:
    loop.run_until_complete(task)
except RuntimeError:
    say('ESTOPPED')
say(f'task: {told(task)}')
say(f'second run: {loop.run_until_complete(task)}')
loop.close()
