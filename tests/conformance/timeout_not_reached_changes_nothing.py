"""A body that ends in time, well or with an error, is left alone, then and later."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def limited(seconds, **how):
    async with asyncio.timeout(2) as limit:
        try:
            return await work('a', seconds, **how)
        finally:
            say(f'left in time: {not limit.expired()}')


async def main():
    await tell('ends', limited(1))
    await tell('fails', limited(1, fails=True))
    await asyncio.sleep(5)
    async with asyncio.timeout(None) as limit:
        say(f'limit: {limit.when()}')
        await asyncio.sleep(100)
    say('end')

run(main)
