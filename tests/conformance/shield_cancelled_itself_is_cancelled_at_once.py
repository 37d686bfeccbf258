"""The shield is a plain future: cancelled, it is done there and then."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    inner = start('inner', 2)
    outer = asyncio.shield(inner)
    await asyncio.sleep(1)
    say(f'cancel: {outer.cancel()}, cancelled: {outer.cancelled()}, again: {outer.cancel()}')
    await tell('outer', outer)
    await tell('inner', inner)

run(main)
