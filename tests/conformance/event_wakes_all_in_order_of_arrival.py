"""Setting an event wakes everybody, first come, first served; once it is set nobody waits."""
import asyncio
from common.workers import count_turns
from vtime import run, say


async def waiter(name, event):
    await event.wait()
    say(f'{name} goes on')


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(waiter(name, event)) for name in 'abc']
    await asyncio.sleep(1)
    count_turns(3)
    event.set()
    say(f'set: {event.is_set()}')
    await asyncio.wait(tasks)
    count_turns(1)
    await event.wait()
    say('at once')
    await asyncio.sleep(0)

run(main)
