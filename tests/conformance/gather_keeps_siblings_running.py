"""The first failure settles the gather; the siblings run on, and their results can be had."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    children = [start('a', 1, fails=True), start('b', 3), start('c', 2)]
    await tell('gather', asyncio.gather(*children))
    say(f'b done: {children[1].done()}')
    await tell('b', children[1])
    await tell('c', children[2])

run(main)
