"""While a task waits for the generator's next value another one may not close it: it is refused, and the values go on."""
import asyncio
from vtime import MS, run, say


async def source():
    try:
        for n in range(1, 4):
            await asyncio.sleep(20 * MS)
            yield n
    finally:
        say('cleans up')


async def asker(generator):
    say(f'gets {await anext(generator)}')


async def close(generator):
    try:
        await generator.aclose()
        say('closed')
    except RuntimeError:
        say('EBUSY')


async def main():
    generator = source()
    first = asyncio.create_task(asker(generator))
    await asyncio.sleep(10 * MS)
    await close(generator)
    await close(generator)
    await first
    await asker(generator)
    await close(generator)

run(main)
