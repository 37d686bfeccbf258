"""The end of a task reaches the one that waits for it by way of a callback and a future."""
import asyncio
from common.workers import count_turns, start
from vtime import run, say


async def main():
    tasks = [start('a', 1)]
    asyncio.get_running_loop().call_later(1, count_turns, 5)
    done, _ = await asyncio.wait(tasks)
    say(f'done: {len(done)}')
    await asyncio.sleep(1)

run(main)
