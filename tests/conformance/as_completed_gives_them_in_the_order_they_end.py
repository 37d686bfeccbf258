"""First ended, first given, failures and cancellations among them."""
import asyncio
from common.workers import cancel_later, start, tell
from vtime import run, say


async def main():
    tasks = [start('a', 4), start('b', 1), start('c', 3, fails=True), start('d', 9)]
    cancel_later(tasks[3], 2)
    for ended in asyncio.as_completed(tasks):
        await tell('next', ended)
    say('end')

run(main)
