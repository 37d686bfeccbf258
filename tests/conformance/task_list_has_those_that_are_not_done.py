"""all_tasks lists a task from its creation until it is done, the running one too."""
import asyncio
from vtime import MS, run, say


def listed(when):
    names = sorted(task.get_name() for task in asyncio.all_tasks(asyncio.get_running_loop()))
    say(f"{when}: {len(names)}, {' '.join(names)}")


async def worker(delay):
    await asyncio.sleep(delay)


async def main():
    asyncio.current_task().set_name('main')
    listed('alone')
    a = asyncio.create_task(worker(30 * MS), name='a')
    b = asyncio.create_task(worker(10 * MS), name='b')
    c = asyncio.create_task(worker(20 * MS), name='c')
    listed('created')
    await b
    listed('b has ended')
    c.cancel()
    listed('c is asked to end')
    await asyncio.sleep(1 * MS)
    listed('c has ended')
    await a
    listed('all have ended')

run(main)
