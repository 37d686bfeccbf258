"""An eager task cancels itself in its first step, or is cancelled when it has suspended: both as for any other task."""
# needs: 3.12
import asyncio
from vtime import outcome, run, say, told


async def itself():
    asyncio.current_task().cancel()
    say('still in the first step')
    say(f'await: {await outcome(asyncio.sleep(1))}')
    return 'survived'


async def never_awaits():
    asyncio.current_task().cancel()
    return 'value'


async def suspends():
    say(f'sleep: {await outcome(asyncio.sleep(1))}')
    raise asyncio.CancelledError


def eager(coroutine):
    return asyncio.Task(coroutine, loop=asyncio.get_running_loop(), eager_start=True)


async def main():
    first, second, third = eager(itself()), eager(never_awaits()), eager(suspends())
    say(f'first: {told(first)}, second: {told(second)}, third: {told(third)}')
    say(f'cancel: {third.cancel()}')
    say(f'{await outcome(first)}, {await outcome(second)}, {await outcome(third)}')

run(main)
