"""There is nothing to protect in what is done already."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    inner = start('a', 1)
    await asyncio.sleep(2)
    outer = asyncio.shield(inner)
    say(f'itself: {outer is inner}')
    await tell('outer', outer)

run(main)
