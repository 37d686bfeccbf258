"""A child whose output is closed at this end dies of the next word it says."""
import asyncio
from common.children import PIPE, shell, tell_returncode
from vtime import run


async def main():
    process = await shell('read x; echo word; exit 5', stdin=PIPE, stdout=PIPE)
    process._transport.get_pipe_transport(1).close()
    await asyncio.sleep(1)
    process.stdin.write(b'go\n')
    await process.wait()
    tell_returncode(process)

run(main)
