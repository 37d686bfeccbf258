"""A body that would end exactly at the deadline is cancelled, whether its own timer is younger or older."""
import asyncio
from vtime import run, say, told


async def main():
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(1):
            await asyncio.sleep(1)
    except TimeoutError as error:
        say(f'younger: {told(error)}')
    future = loop.create_future()
    loop.call_later(1, future.set_result, 'value')
    try:
        async with asyncio.timeout(1):
            await future
    except TimeoutError as error:
        say(f'older: {told(error)}, future: {told(future)}')

run(main)
