"""A task that awaits itself gets an error at once and can go on."""
import asyncio
from vtime import run, say


async def narcissus():
    try:
        await asyncio.current_task()
    except RuntimeError:
        say('EDEADLK')
    await asyncio.sleep(0)
    return 'went on'


async def main():
    say(await asyncio.create_task(narcissus()))

run(main)
