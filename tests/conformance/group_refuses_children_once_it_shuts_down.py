"""After a failure, and after it was left, a group takes no more children."""
import asyncio
from common.workers import shown, work
from vtime import run, say


def taken(group):
    late = work('late', 1)
    try:
        group.create_task(late)
    except RuntimeError:
        late.close()
        return False
    return True


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work('a', 1, fails=True))
            try:
                await work('body', 5)
            finally:
                say(f'shutting down: {taken(group)}')
    except ExceptionGroup as error:
        say(shown(error))
    say(f'left: {taken(group)}')
    async with asyncio.TaskGroup() as group:
        say('fresh')
    say(f'left: {taken(group)}')

run(main)
