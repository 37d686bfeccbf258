"""Whoever waits may be cancelled, or time out: the child is not touched."""
import asyncio
from common.children import shell, tell_returncode
from vtime import MS, outcome, run, say, told


async def main():
    process = await shell('exec sleep 1000')
    task = asyncio.create_task(process.wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    say(f'cancelled: {told(task)}')
    say(f'timeout: {await outcome(asyncio.wait_for(process.wait(), 2 * MS))}')
    tell_returncode(process)
    process.kill()
    await process.wait()
    tell_returncode(process)

run(main)
