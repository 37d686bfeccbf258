"""What ends in one turn is given in the order in which it ended; what waits in the iteration is not lost."""
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    tasks = [start('a', 2), start('b', 1), start('c', 1), start('d', 1)]
    for ended in asyncio.as_completed(tasks):
        await tell('next', ended)
        await asyncio.sleep(3)
    say('end')

run(main)
