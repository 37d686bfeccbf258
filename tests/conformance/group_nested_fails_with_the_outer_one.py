"""Children of an inner and an outer group fail in one turn: each group tells its own, and one cancel is left between them."""
# needs: 3.13
import asyncio
from common.workers import tell, work
from vtime import run, say


def say_cancelling(where):
    say(f'{where}, cancelling: {asyncio.current_task().cancelling()}')


async def inner(outer):
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 1, fails=True))
        outer.create_task(work('b', 1, fails=True))


async def outer():
    async with asyncio.TaskGroup() as group:
        await tell('inner', inner(group))
        say_cancelling('between')
        await work('body', 5)


async def main():
    await tell('outer', outer())
    say_cancelling('after')
    await asyncio.sleep(1)
    say('end')

run(main)
