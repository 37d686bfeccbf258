"""A body that answers its cancellation with an error fails the group with it, whoever cancelled: a child's failure or others."""
# needs: 3.13
import asyncio
from common.workers import tell, work
from vtime import run, say


async def by_a_child():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('a', 1, fails=True))
        await work('body', 9, fails_late=True)


async def by_others():
    async with asyncio.TaskGroup() as group:
        group.create_task(work('b', 9))
        await work('body', 9, fails_late=True)


async def main():
    await tell('by a child', by_a_child())
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    task = asyncio.create_task(by_others())
    await asyncio.sleep(1)
    task.cancel()
    await tell('by others', task)
    say(f'cancelled: {task.cancelled()}, cancelling: {task.cancelling()}')

run(main)
