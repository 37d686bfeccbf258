"""A deadline that comes after the scope was left, but before the task goes on, does nothing; nor do scopes in a row."""
import asyncio
from common.workers import work
from vtime import run, say


async def main():
    for seconds in (1, 2, 3):
        async with asyncio.timeout(3.5) as limit:
            await work(str(seconds), seconds)
        say(f'expired: {limit.expired()}')
    await asyncio.sleep(0.5)
    await asyncio.sleep(10)
    say(f'cancelling: {asyncio.current_task().cancelling()}')

run(main)
