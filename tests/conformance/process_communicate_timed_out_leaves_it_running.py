"""A timeout around communicate leaves the child running; it can still be ended and waited for."""
import asyncio
from common.children import PIPE, shell, tell_returncode
from vtime import MS, outcome, run, say


async def main():
    process = await shell('exec sleep 1000', stdin=PIPE, stdout=PIPE, stderr=PIPE)
    say(f'communicate: {await outcome(asyncio.wait_for(process.communicate(), 2 * MS))}')
    tell_returncode(process)
    process.terminate()
    await process.wait()
    tell_returncode(process)

run(main)
