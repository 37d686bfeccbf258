"""The task that asks is cancelled: the await inside the generator sees it, its cleanup runs, the error goes on."""
import asyncio
from vtime import MS, outcome, run, say, told


async def ticks():
    n = 0
    try:
        while True:
            n += 1
            yield n
            await asyncio.sleep(20 * MS)
    except asyncio.CancelledError as error:
        say(f'generator: {told(error)}')
        await asyncio.sleep(5 * MS)
        say('generator has cleaned up')
        raise


async def consumer():
    generator = ticks()
    try:
        async for n in generator:
            say(f'tick {n}')
    except asyncio.CancelledError as error:
        say(f'consumer: {told(error)}')
        try:
            await anext(generator)
        except StopAsyncIteration as end:
            say(f'asked again: {told(end)}')
        raise


async def main():
    task = asyncio.create_task(consumer())
    await asyncio.sleep(50 * MS)
    task.cancel()
    say(f'await: {await outcome(task)}')

run(main)
