"""aclose lets the generator await in its cleanup: the closer waits for that, and can be cancelled in it."""
import asyncio
from vtime import MS, outcome, run, say


async def source(name):
    try:
        yield 1
        yield 2
    finally:
        say(f'{name} begins to clean up')
        say(f'{name}: {await outcome(asyncio.sleep(20 * MS))}')


async def closes(name):
    generator = source(name)
    say(f'{name} gave {await anext(generator)}')
    await generator.aclose()
    say(f'{name} is closed')


async def main():
    await closes('calm')
    task = asyncio.create_task(closes('hurried'))
    await asyncio.sleep(10 * MS)
    task.cancel()
    say(f'await: {await outcome(task)}')

run(main)
