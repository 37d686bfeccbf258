"""put_nowait and get_nowait raise QueueFull and QueueEmpty instead of waiting."""
import asyncio
from vtime import run, say, told


def attempt(call, *arguments):
    try:
        return told(call(*arguments))
    except (asyncio.QueueFull, asyncio.QueueEmpty) as error:
        return told(error)


async def main():
    queue = asyncio.Queue(1)
    say(f'get: {attempt(queue.get_nowait)}')
    say(f"put: {attempt(queue.put_nowait, 'a')}")
    say(f"put: {attempt(queue.put_nowait, 'b')}")
    say(f'size: {queue.qsize()}, full: {queue.full()}')
    say(f'get: {attempt(queue.get_nowait)}')
    say(f'size: {queue.qsize()}, full: {queue.full()}')

run(main)
