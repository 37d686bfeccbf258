"""wait_for with a shield gives up waiting, not the work."""
import asyncio
from common.workers import start, tell
from vtime import run


async def main():
    inner = start('inner', 3)
    await tell('wait_for', asyncio.wait_for(asyncio.shield(inner), 1))
    await tell('inner', asyncio.wait_for(asyncio.shield(inner), 5))

run(main)
