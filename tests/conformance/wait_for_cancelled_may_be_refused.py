"""Cancelled from outside, wait_for passes that on; if the task refuses, its value comes back and the request stays counted."""
# needs: 3.12
import asyncio
from common.workers import start, tell
from vtime import run, say


async def caller():
    await tell('wait_for', asyncio.wait_for(start('inner', 5, refuses=True), 9))
    say(f'cancelling: {asyncio.current_task().cancelling()}')
    await asyncio.sleep(1)
    return 'caller went on'


async def main():
    task = asyncio.create_task(caller())
    await asyncio.sleep(1)
    task.cancel()
    await tell('caller', task)

run(main)
