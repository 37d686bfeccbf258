"""A cancelled sleep ends when it is cancelled, not when its time has come; its timer is gone."""
import asyncio
from vtime import MS, outcome, run, say


async def sleeper(name, delay):
    say(f'{name}: {await outcome(asyncio.sleep(delay))}')


async def main():
    loop = asyncio.get_running_loop()
    tasks = [asyncio.create_task(sleeper('an hour', 3600)), asyncio.create_task(sleeper('twenty', 20 * MS)),
             asyncio.create_task(sleeper('a yield', 0))]
    await asyncio.sleep(0)
    tasks[2].cancel()
    loop.call_later(10 * MS, tasks[0].cancel)
    for task in tasks:
        await task
    say('main ends')

run(main)
say('nothing was left')
