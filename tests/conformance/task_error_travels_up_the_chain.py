"""An error that nobody catches goes from task to task to the one who asked, with its text."""
import asyncio
import errno
from vtime import MS, failure, reason, run, say, told


async def leaf():
    await asyncio.sleep(10 * MS)
    raise failure(errno.ECONNRESET, 'the peer went away')


async def middle(name, child):
    try:
        return await asyncio.create_task(child)
    finally:
        say(f'{name} unwinds')


async def main():
    task = asyncio.create_task(middle('outer', middle('inner', leaf())))
    try:
        await task
    except OSError as error:
        say(f'main got {told(error)}: {reason(error)}')

run(main)
