"""A scope without time still runs its body up to the first await that suspends; one that never awaits ends well."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def limited(seconds):
    async with asyncio.timeout(seconds) as limit:
        say(f'body runs, expired: {limit.expired()}')
        await work('a', 5)


async def idle():
    async with asyncio.timeout(0) as limit:
        say(f'body runs, expired: {limit.expired()}')
    say(f'body ended, expired: {limit.expired()}')


async def turns():
    async with asyncio.timeout(0):
        await asyncio.sleep(0)
        say('one more turn')


async def main():
    await tell('zero', limited(0))
    await tell('negative', limited(-1))
    await tell('no await', idle())
    await asyncio.sleep(1)
    await tell('yield', turns())

run(main)
