"""Tasks that wait for one future go on in the order in which they came, mixed with its callbacks as they were added."""
import asyncio
from vtime import MS, run, say


async def waiter(name, future):
    say(f'{name} waits')
    say(f'{name} got {await future}')


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    tasks = [asyncio.create_task(waiter(name, future)) for name in 'ab']
    await asyncio.sleep(0)
    future.add_done_callback(lambda future: say('callback'))
    tasks += [asyncio.create_task(waiter(name, future)) for name in 'cd']
    await asyncio.sleep(10 * MS)
    loop.call_soon(say, 'ready before')
    future.set_result(7)
    loop.call_soon(say, 'ready after')
    say('settled')
    for task in tasks:
        await task

run(main)
