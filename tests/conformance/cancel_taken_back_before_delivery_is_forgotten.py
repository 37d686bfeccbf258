"""uncancel down to zero forgets a request that has not been delivered (since 3.13)."""
# needs: 3.13
import asyncio
from vtime import MS, outcome, run, say


async def worker():
    task = asyncio.current_task()
    task.cancel()
    say(f'uncancel: {task.uncancel()}')
    say(f'sleep: {await outcome(asyncio.sleep(10 * MS))}')
    task.cancel()
    task.cancel()
    say(f'uncancel once of two: {task.uncancel()}')
    say(f'sleep: {await outcome(asyncio.sleep(10 * MS))}')
    return 'value'


async def main():
    say(f'await: {await outcome(asyncio.create_task(worker()))}')

run(main)
