"""When main returns, run() cancels the tasks that are left, those that have not started too, and waits until all of
them have unwound."""
import asyncio
from vtime import MS, run, say


async def quick():
    try:
        await asyncio.sleep(1)
    finally:
        await asyncio.sleep(1 * MS)
        say('quick has unwound')


async def slow():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        await asyncio.sleep(30 * MS)
        say('slow has unwound')
        raise


async def stubborn():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        say('stubborn refuses')
    await asyncio.sleep(10 * MS)
    say('stubborn ends')


async def late():
    say('created last, runs in the turn in which main is seen to be done')
    await asyncio.sleep(1)
    say('never said')


async def main():
    tasks = [asyncio.create_task(fn()) for fn in (quick, slow, stubborn)]
    await asyncio.sleep(5 * MS)
    tasks.append(asyncio.create_task(late()))
    say('main returns')

run(main)
say('the loop is closed')
