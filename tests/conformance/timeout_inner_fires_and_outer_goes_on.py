"""Each scope knows whether it was the one that fired: an inner one leaves the outer one waiting, and that may fire later."""
import asyncio
from common.workers import work
from vtime import run, say, told


async def main():
    try:
        async with asyncio.timeout(4) as outer:
            try:
                async with asyncio.timeout(1) as inner:
                    await work('a', 9)
            except TimeoutError:
                say(f'inner: {inner.expired()}, outer: {outer.expired()}')
            await work('b', 9)
    except TimeoutError as error:
        say(f'{told(error)}, inner: {inner.expired()}, outer: {outer.expired()}')

run(main)
