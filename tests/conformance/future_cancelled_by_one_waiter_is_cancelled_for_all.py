"""Cancelling a task cancels the future it waits for, and so everybody else who waits for it, in order of arrival."""
import asyncio
from vtime import MS, outcome, run, say, told


async def waiter(name, future):
    say(f'{name} got {await outcome(future)}')


async def main():
    future = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(waiter(name, future)) for name in 'abc']
    await asyncio.sleep(10 * MS)
    say(f'cancel b: {tasks[1].cancel()}, future: {told(future)}')
    for task in tasks:
        await task
    say(f'b: {told(tasks[1])}, cancelling {tasks[1].cancelling()}; a: cancelling {tasks[0].cancelling()}')

run(main)
