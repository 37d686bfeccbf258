"""At the deadline what is awaited is cancelled, at any depth, and the scope raises TimeoutError once it has unwound."""
import asyncio
from common.workers import work
from vtime import run, say, told


async def main():
    try:
        async with asyncio.timeout(1) as limit:
            await work('a', 5, cleanup=2)
    except TimeoutError as error:
        say(f'{told(error)}, expired: {limit.expired()}, cancelling: {asyncio.current_task().cancelling()}')
    try:
        async with asyncio.timeout(1) as limit:
            await asyncio.gather(work('b', 5), work('c', 5))
    except TimeoutError as error:
        say(f'{told(error)}, expired: {limit.expired()}, cancelling: {asyncio.current_task().cancelling()}')

run(main)
