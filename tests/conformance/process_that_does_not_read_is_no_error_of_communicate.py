"""A child that ends, or closes its input, without reading it is no error of communicate."""
from common.children import PIPE, communicate, shell
from vtime import run


async def main():
    data = 'x' * 1000000
    await communicate(await shell('exit 4', stdin=PIPE, stdout=PIPE), data)
    await communicate(await shell('exec <&-; echo no thanks; exit 6', stdin=PIPE, stdout=PIPE), data)

run(main)
