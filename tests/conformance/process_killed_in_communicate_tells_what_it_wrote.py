"""A child that is killed while it is talked to: what it wrote is told, and how it ended."""
from common.children import PIPE, communicate, shell
from vtime import run


async def main():
    await communicate(await shell('echo begun; read x; echo $x; kill -9 $$', stdin=PIPE, stdout=PIPE), 'words\n' * 100000)
    await communicate(await shell('echo more >&2; kill -TERM $$', stderr=PIPE))

run(main)
