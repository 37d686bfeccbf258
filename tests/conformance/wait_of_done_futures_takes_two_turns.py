"""Even when the condition holds already, wait lets others run."""
import asyncio
from common.workers import count_turns, start
from vtime import run, say


async def main():
    tasks = [start('a', 0), start('b', 0)]
    await asyncio.sleep(1)
    count_turns(4)
    done, _ = await asyncio.wait(tasks)
    say(f'done: {len(done)}')
    await asyncio.sleep(1)

run(main)
