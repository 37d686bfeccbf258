"""Who writes to a child that has gone is told by drain."""
from common.children import PIPE, shell, tell_returncode
from vtime import run, say


async def main():
    process = await shell('exec <&-; echo closed; sleep 0.01; exit 4', stdin=PIPE, stdout=PIPE)
    await process.stdout.readline()
    process.stdin.write(bytes(1000000))
    try:
        await process.stdin.drain()
        say('drained')
    except (BrokenPipeError, ConnectionResetError):
        say('lost')
    await process.wait()
    tell_returncode(process)

run(main)
