"""Several tasks may wait for one child; all are told, in the order in which they came."""
import asyncio
from common.children import PIPE, shell
from vtime import run, say


async def waits(name, process):
    say(f'{name}: {await process.wait()}')


async def main():
    process = await shell('read x; exit 9', stdin=PIPE)
    tasks = [asyncio.create_task(waits(name, process)) for name in 'abc']
    await asyncio.sleep(0)
    process.stdin.write(b'\n')
    await asyncio.gather(*tasks)

run(main)
