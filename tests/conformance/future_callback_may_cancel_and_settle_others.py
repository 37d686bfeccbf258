"""Done-callbacks that cancel a task, settle a future and drop a timer: what they schedule comes next turn, in order."""
import asyncio
from vtime import MS, outcome, run, say, told


async def worker():
    say(f'worker: {await outcome(asyncio.sleep(1))}')
    raise asyncio.CancelledError


async def waiter(future):
    say(f'waiter: {await outcome(future)}')


async def main():
    loop = asyncio.get_running_loop()
    trigger, other = loop.create_future(), loop.create_future()
    task, waiting = asyncio.create_task(worker()), asyncio.create_task(waiter(other))
    timer = loop.call_later(30 * MS, say, 'never said')

    def first(future):
        say(f'first: {told(future)}')
        task.cancel()
        loop.call_soon(say, 'scheduled by first')

    def second(future):
        say(f'second: {told(future)}, cancelling {task.cancelling()}')
        other.set_result('settled by second')
        timer.cancel()

    trigger.add_done_callback(first)
    trigger.add_done_callback(second)
    loop.call_later(20 * MS, trigger.set_result, 'triggered')
    await waiting
    say(f'task: {await outcome(task)}')
    await asyncio.sleep(20 * MS)
    say('main ends')

run(main)
