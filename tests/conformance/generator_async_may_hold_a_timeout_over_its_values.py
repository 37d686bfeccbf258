"""A scope that a generator holds while it is suspended is none of whoever asks; it cancels the task that entered it."""
import asyncio
from vtime import MS, outcome, run, say, told


async def source(name, seconds):
    try:
        async with asyncio.timeout(seconds) as scope:
            for i in range(1, 9):
                yield i
    finally:
        say(f'{name} leaves, expired: {scope.expired()}')


async def asks(generator):
    async with asyncio.timeout(10 * MS):
        return await anext(generator)


async def close(generator):
    try:
        await generator.aclose()
    except BaseException as error:
        say(f'close: {told(error)}')
    else:
        say('close: None')


async def main():
    task = asyncio.current_task()
    calm, late = source('calm', 900 * MS), source('late', 30 * MS)
    for generator in calm, late, calm, late:
        say(f'got {await asks(generator)}')
    say(f'sleep: {await outcome(asyncio.sleep(1))}')
    say(f'cancelling: {task.cancelling()}')
    await close(late)
    say(f'cancelling: {task.cancelling()}')
    await close(calm)
    other = source('other', 40 * MS)
    say(f'got {await asyncio.create_task(asks(other))}')
    say(f'got {await asyncio.create_task(asks(other))}')
    say(f'sleep: {await outcome(asyncio.sleep(1))}')
    await asyncio.create_task(close(other))
    say(f'cancelling: {task.cancelling()}')

run(main)
