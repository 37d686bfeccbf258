"""stderr=STDOUT puts both into one pipe, in order."""
from common.children import PIPE, STDOUT, communicate, shell
from vtime import run


async def main():
    await communicate(await shell('echo out; echo err >&2; echo out', stdout=PIPE, stderr=STDOUT))

run(main)
