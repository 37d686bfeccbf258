"""When the shield was cancelled and nobody else looks at the inner one, its failure is reported as of any task."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def parent():
    await asyncio.shield(start('inner', 3, fails=True))


async def main():
    task = asyncio.create_task(parent())
    await asyncio.sleep(1)
    task.cancel()
    await tell('parent', task)
    await asyncio.sleep(3)
    say('end')

run(main)
