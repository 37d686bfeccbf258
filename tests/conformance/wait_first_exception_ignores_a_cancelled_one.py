"""For FIRST_EXCEPTION a cancelled future is not a failure."""
import asyncio
from common.workers import cancel_later, start
from vtime import run, say, told


async def main():
    tasks = [start('a', 5), start('b', 2, fails=True), start('c', 4)]
    cancel_later(tasks[0], 1)
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    say(f'done: {len(done)}, pending: {len(pending)}, b: {told(tasks[1])}')
    tasks = [start('d', 5), start('e', 2)]
    cancel_later(tasks[0], 1)
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    say(f'done: {len(done)}, pending: {len(pending)}')
    await asyncio.sleep(5)

run(main)
