"""When the outer scope fires, the inner one sees a cancellation that is not its own."""
import asyncio
from common.workers import work
from vtime import run, say, told


async def main():
    try:
        async with asyncio.timeout(1) as outer:
            try:
                async with asyncio.timeout(4) as inner:
                    await work('a', 9)
            except BaseException as error:
                say(f'{told(error)} leaves the inner scope')
                raise
    except TimeoutError as error:
        say(f'{told(error)}, inner: {inner.expired()}, outer: {outer.expired()}')

run(main)
