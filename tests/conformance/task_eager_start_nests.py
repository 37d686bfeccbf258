"""Eager tasks that create eager tasks run depth first; what they leave suspended goes on in the order of suspension."""
# needs: 3.12
import asyncio
from vtime import run, say


def eager(coroutine):
    return asyncio.Task(coroutine, loop=asyncio.get_running_loop(), eager_start=True)


async def node(name):
    say(f'{name} begins')
    if len(name) < 3:
        left, right = eager(node(name + 'l')), eager(node(name + 'r'))
        say(f'{name} has made both')
        await left
        await right
    else:
        await asyncio.sleep(0)
    say(f'{name} ends')


async def main():
    task = eager(node('t'))
    say('main has its task')
    await task

run(main)
