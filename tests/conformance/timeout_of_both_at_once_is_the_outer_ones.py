"""Two nested scopes with one deadline: both have expired, and the error comes from the outer one."""
import asyncio
from common.workers import work
from vtime import run, say, told


async def main():
    try:
        async with asyncio.timeout(1) as outer:
            try:
                async with asyncio.timeout(1) as inner:
                    await work('a', 9)
            except BaseException as error:
                say(f'{told(error)} leaves the inner scope')
                raise
    except BaseException as error:
        say(f'{told(error)}, inner: {inner.expired()}, outer: {outer.expired()}')
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await asyncio.sleep(1)
    say('end')

run(main)
