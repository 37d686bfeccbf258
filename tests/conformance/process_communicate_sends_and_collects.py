"""communicate sends the input, ends it, collects both outputs and waits."""
from common.children import PIPE, communicate, shell
from vtime import run


async def main():
    await communicate(await shell('cat; echo done >&2; exit 2', stdin=PIPE, stdout=PIPE, stderr=PIPE), 'two\nlines\n')
    await communicate(await shell('cat; echo nothing', stdin=PIPE, stdout=PIPE), '')
    await communicate(await shell('exit 5'))

run(main)
