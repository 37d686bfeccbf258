"""The iteration gives the futures themselves, each once, though one stands there twice; one that was done before too."""
# needs: 3.13
import asyncio
from common.workers import count_turns, start
from vtime import run, say


async def main():
    a = start('a', 1)
    await asyncio.sleep(2)
    b, c = start('b', 2), start('c', 1)
    count_turns(3)
    async for ended in asyncio.as_completed([b, a, c, b]):
        say(f'a: {ended is a}, b: {ended is b}, c: {ended is c}')
    say('end')

run(main)
