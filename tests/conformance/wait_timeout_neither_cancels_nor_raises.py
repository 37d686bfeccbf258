"""At its timeout wait just returns."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    tasks = [start('a', 1), start('b', 3)]
    done, pending = await asyncio.wait(tasks, timeout=2)
    say(f'done: {len(done)}, pending: {len(pending)}')
    await tell('b', tasks[1])
    tasks = [start('c', 1)]
    done, pending = await asyncio.wait(tasks, timeout=0)
    say(f'done: {len(done)}, pending: {len(pending)}')
    done, pending = await asyncio.wait(tasks, timeout=5)
    say(f'done: {len(done)}, pending: {len(pending)}')

run(main)
