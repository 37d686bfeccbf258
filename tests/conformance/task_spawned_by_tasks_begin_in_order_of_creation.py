"""A tree of tasks in which each creates two more: they begin level by level, not branch by branch."""
import asyncio
from vtime import run, say


async def node(name):
    say(f'{name} begins')
    if len(name) < 4:
        left = asyncio.create_task(node(name + 'l'))
        right = asyncio.create_task(node(name + 'r'))
        await left
        say(f'{name} has left')
        await right
    say(f'{name} ends')


async def main():
    await node('t')

run(main)
