"""A task that stops its loop goes on until it awaits; the rest of it happens in the runs that follow."""
import asyncio
from vtime import MS, new_loop, say


async def worker():
    loop.stop()
    say('asked to stop, still running')
    await asyncio.sleep(0)
    say('second run')
    loop.stop()
    await asyncio.sleep(10 * MS)
    say('third run')
    loop.stop()

loop = new_loop()
task = loop.create_task(worker())
for n in range(1, 4):
    loop.run_forever()
    say(f'run {n} over, task done: {task.done()}')
loop.close()
