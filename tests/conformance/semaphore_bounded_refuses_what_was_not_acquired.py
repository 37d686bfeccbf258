"""A bounded semaphore refuses a release too many; a plain one grows."""
import asyncio
from vtime import run, say


def taken(semaphore):
    try:
        semaphore.release()
    except ValueError:
        return False
    return True


async def main():
    bounded, plain = asyncio.BoundedSemaphore(1), asyncio.Semaphore(0)
    say(f'bounded: {taken(bounded)}, plain: {taken(plain)}')
    await bounded.acquire()
    say(f'after acquire: {taken(bounded)}, again: {taken(bounded)}')
    await plain.acquire()
    say(f'plain locked: {plain.locked()}')

run(main)
