"""The pipes are streams: lines go in and out, the end of one is the end of the other."""
from common.children import PIPE, shell, tell_returncode
from common.talk import tell_data
from vtime import run


async def main():
    process = await shell('while read x; do echo got $x; done; echo bye', stdin=PIPE, stdout=PIPE)
    for line in ('one', 'two'):
        process.stdin.write(f'{line}\n'.encode())
        await tell_data(line, process.stdout.readline())
    process.stdin.close()
    await tell_data('last', process.stdout.readline())
    await tell_data('end', process.stdout.readline())
    await process.wait()
    tell_returncode(process)

run(main)
