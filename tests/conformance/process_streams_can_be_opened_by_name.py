"""A child may open its standard streams anew, by their names in /dev."""
from common.children import PIPE, communicate, shell
from vtime import run


async def main():
    await communicate(await shell('cat /dev/stdin >/dev/stdout; echo bad >/dev/stderr', stdin=PIPE, stdout=PIPE, stderr=PIPE),
                      'some words')

run(main)
