"""A shield keeps cancellation from going in, not from coming out."""
import asyncio
from common.workers import cancel_later, start, tell
from vtime import run, say


async def main():
    inner = start('inner', 5, cleanup=1)
    outer = asyncio.shield(inner)
    cancel_later(inner, 1)
    await tell('outer', outer)
    say(f'outer cancelled: {outer.cancelled()}')

run(main)
