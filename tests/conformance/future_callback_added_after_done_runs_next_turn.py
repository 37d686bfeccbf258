"""A callback added to a future that is done is scheduled at once, behind what is ready; one may add another."""
import asyncio
from vtime import run, say, told


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.set_result('value')

    def nested(future):
        say('added by a callback')

    def late(future):
        say(f'late: {told(future)}')
        future.add_done_callback(nested)
        loop.call_soon(say, 'scheduled by the callback')

    loop.call_soon(say, 'ready before')
    future.add_done_callback(late)
    say('added')
    await asyncio.sleep(0)
    say('one turn later')
    await asyncio.sleep(0)
    say('two turns later')

run(main)
