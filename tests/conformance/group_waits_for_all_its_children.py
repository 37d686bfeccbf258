"""Leaving the scope waits for every child, whatever the body does."""
import asyncio
from common.workers import count_turns, work
from vtime import run, say, told


async def main():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(work('a', 2))
        b = group.create_task(work('b', 1))
        say('body ends')
    say(f'left, a: {told(a)}, b: {told(b)}')
    async with asyncio.TaskGroup():
        say('no children')
    count_turns(5)
    async with asyncio.TaskGroup() as group:
        group.create_task(work('c', 0))
    say('left')
    await asyncio.sleep(1)

run(main)
