"""Children may be plain futures; cancelling the gather cancels those that are not done."""
import asyncio
from common.workers import tell
from vtime import run, say


async def main():
    loop = asyncio.get_running_loop()
    a, b = loop.create_future(), loop.create_future()
    loop.call_later(2, a.set_result, 'first')
    loop.call_later(1, b.set_result, 'second')
    await tell('gather', asyncio.gather(a, b))
    c = loop.create_future()
    group = asyncio.gather(a, c)
    group.cancel()
    await tell('gather', group)
    say(f'a cancelled: {a.cancelled()}, c cancelled: {c.cancelled()}')

run(main)
