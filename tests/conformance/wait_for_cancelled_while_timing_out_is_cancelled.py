"""A cancellation from outside, during the clean-up after the timeout, cuts that short and wins."""
# needs: 3.12
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    inner = start('inner', 5, cleanup=4)
    caller = asyncio.create_task(asyncio.wait_for(inner, 1))
    await asyncio.sleep(2)
    caller.cancel()
    await tell('caller', caller)
    say(f'inner cancelled: {inner.cancelled()}')

run(main)
