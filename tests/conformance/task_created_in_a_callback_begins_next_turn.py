"""A callback may create a task: its first step is one turn later, and a done-callback may create the next one."""
import asyncio
from vtime import run, say


async def worker(name):
    say(f'{name} runs')
    return name


async def main():
    loop = asyncio.get_running_loop()
    finished = loop.create_future()

    def next_one(task):
        say(f'{task.result()} is done')
        again = loop.create_task(worker('second'))
        again.add_done_callback(lambda task: finished.set_result(task.result()))
        say('second created')

    def callback():
        loop.create_task(worker('first')).add_done_callback(next_one)
        loop.call_soon(say, 'scheduled after it')
        say('first created')

    loop.call_soon(callback)
    say(f'finished: {await finished}')

run(main)
