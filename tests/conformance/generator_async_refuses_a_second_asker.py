"""While a task waits for the generator's next value another one may not ask: it is refused, the first gets its value."""
import asyncio
from vtime import MS, run, say


async def source():
    for n in range(1, 4):
        await asyncio.sleep(20 * MS)
        yield n


async def asker(name, generator):
    try:
        say(f'{name} gets {await anext(generator)}')
    except RuntimeError:
        say(f'{name}: EBUSY')


async def main():
    generator = source()
    first = asyncio.create_task(asker('first', generator))
    await asyncio.sleep(10 * MS)
    await asker('second', generator)
    await first
    await asker('third', generator)
    await generator.aclose()

run(main)
