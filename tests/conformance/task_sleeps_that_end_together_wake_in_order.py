"""Tasks whose sleeps end at the same moment go on in the order in which they fell asleep."""
import asyncio
from vtime import MS, run, say


async def sleeper(name, *delays):
    for delay in delays:
        await asyncio.sleep(delay)
        say(f'{name} wakes')


async def main():
    jobs = (sleeper('a', 30 * MS), sleeper('b', 10 * MS, 20 * MS), sleeper('c', 20 * MS, 10 * MS),
            sleeper('d', 30 * MS), sleeper('e', 0, 30 * MS))
    tasks = [asyncio.create_task(job) for job in jobs]
    for task in tasks:
        await task

run(main)
