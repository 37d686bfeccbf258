"""A deadline can be put off, brought forward, lifted and set again, by anybody."""
import asyncio
from common.workers import tell, work
from vtime import run


async def limited(name, seconds, moved_to):
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(2) as limit:
        when = None if moved_to is None else loop.time() + moved_to
        loop.call_later(0.5, limit.reschedule, when)
        return await work(name, seconds)


async def main():
    await tell('later', limited('a', 3, 4))
    await tell('later, too short', limited('b', 5, 4))
    await tell('earlier', limited('c', 5, 1))
    await tell('past', limited('d', 5, 0))
    await tell('lifted', limited('e', 5, None))

run(main)
