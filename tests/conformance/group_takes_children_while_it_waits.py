"""A child may add siblings while the scope already waits for the last one."""
import asyncio
from vtime import run, say


async def parent(group, depth):
    say(f'depth {depth}')
    await asyncio.sleep(1)
    if depth < 3:
        group.create_task(parent(group, depth + 1))


async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(parent(group, 1))
        say('body ends')
    say('left')

run(main)
