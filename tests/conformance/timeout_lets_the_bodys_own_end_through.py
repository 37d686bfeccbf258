"""A body that answers the cancellation with an error or a value of its own ends with that, and the count is even again."""
import asyncio
from common.workers import tell, work
from vtime import run, say


async def limited(how):
    async with asyncio.timeout(1) as limit:
        result = await how
        say(f'expired: {limit.expired()}, cancelling: {asyncio.current_task().cancelling()}')
        return result


async def main():
    await tell('refuses', limited(work('a', 5, refuses=True)))
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await tell('fails', limited(work('b', 5, fails_late=True)))
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await asyncio.sleep(1)
    say('end')

run(main)
