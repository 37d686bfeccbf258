"""remove_done_callback of a pending future tells whether it was there; the others keep their order."""
import asyncio
from vtime import run, say


async def main():
    future = asyncio.get_running_loop().create_future()

    def callback(name):
        return lambda future: say(name)

    first, second, third = callback('first'), callback('second'), callback('third')
    future.add_done_callback(first)
    future.add_done_callback(second)
    future.add_done_callback(third)
    say(f'remove second: {future.remove_done_callback(second) > 0}')
    say(f'remove it again: {future.remove_done_callback(second) > 0}')
    say(f'remove first: {future.remove_done_callback(first) > 0}')
    future.add_done_callback(first)
    future.cancel()
    await asyncio.sleep(0)
    say('one turn later')

run(main)
