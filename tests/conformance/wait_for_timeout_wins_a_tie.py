"""Result and timeout at the same time: the timeout wins, whichever was scheduled first; a result that was there is not lost."""
# needs: 3.12
import asyncio
from common.workers import start, tell
from vtime import run, say


async def main():
    task = start('a', 1)
    await asyncio.sleep(0)
    await tell('timer of the task is older', asyncio.wait_for(task, 1))
    say(f'cancelled: {task.cancelled()}')
    task = start('b', 1)
    await tell('timer of the timeout is older', asyncio.wait_for(task, 1))
    say(f'cancelled: {task.cancelled()}')
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(1, future.set_result, 'value')
    await tell('plain future, result older', asyncio.wait_for(future, 1))
    say(f'future: {future.result()}')

run(main)
