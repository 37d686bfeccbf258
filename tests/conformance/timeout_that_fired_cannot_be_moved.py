"""Too late is too late: while the body unwinds, and after it was left."""
import asyncio
from vtime import run, say, told


def moved(limit):
    try:
        limit.reschedule(asyncio.get_running_loop().time() + 5)
    except RuntimeError:
        return False
    return True


async def main():
    try:
        async with asyncio.timeout(1) as limit:
            say(f'running: {moved(limit)}, left: {limit.when() - asyncio.get_running_loop().time():.0f} s')
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                say(f'unwinding: {moved(limit)}')
                raise
    except TimeoutError as error:
        say(told(error))
    say(f'left: {moved(limit)}')

run(main)
