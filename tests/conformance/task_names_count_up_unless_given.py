"""Task-1, Task-2 ... in order of creation; a name can be given, and changed at any time."""
import asyncio
from vtime import run, say


async def worker():
    say(f'I am {asyncio.current_task().get_name()}')


async def main():
    say(f'main is {asyncio.current_task().get_name()}')
    first = asyncio.create_task(worker())
    second = asyncio.create_task(worker())
    named = asyncio.create_task(worker(), name='carol')
    say(f'{first.get_name()}, {second.get_name()}, {named.get_name()}')
    second.set_name('dave')
    await named
    named.set_name('erin')
    say(f'afterwards {first.get_name()}, {second.get_name()}, {named.get_name()}')

run(main)
