"""A task that is cancelled before its first step never runs, and ends cancelled one turn later."""
import asyncio
from vtime import outcome, run, say


async def worker():
    say('worker runs')


async def main():
    task = asyncio.create_task(worker())
    say(f'cancel: {task.cancel()}, done: {task.done()}')
    say(f'await: {await outcome(task)}')
    say(f'cancelled: {task.cancelled()}, cancel again: {task.cancel()}')

run(main)
