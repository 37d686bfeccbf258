"""Nothing to wait for is a mistake of the caller's."""
import asyncio
from common.workers import tell
from vtime import run


async def main():
    await tell('wait', asyncio.wait([]))

run(main)
