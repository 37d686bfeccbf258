"""The cancel that a failing child sends the body is taken back when the scope is left, wherever it came."""
# needs: 3.13
import asyncio
from common.workers import tell, work
from vtime import run, say


async def in_the_body():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 1, fails=True))
        await work('body', 5)


async def while_leaving():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('b', 1, fails=True))
        group.create_task(work('c', 5))


async def main():
    await tell('in the body', in_the_body())
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await tell('while leaving', while_leaving())
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await asyncio.sleep(1)
    say('end')

run(main)
