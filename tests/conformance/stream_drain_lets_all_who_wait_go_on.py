"""Several may wait in drain(): all go on when the peer has read."""
import asyncio
from common.talk import dial, hang_up, serve
from vtime import run, say


async def reads_late(reader, writer):
    await asyncio.sleep(10)
    say(f'the peer got {len(await reader.read(-1))} bytes')
    writer.close()


async def drains(who, writer):
    await writer.drain()
    say(f'{who} goes on')


async def main():
    server = await serve(reads_late)
    reader, writer = await dial(server)
    writer.write(bytes(20_000_000))
    tasks = [asyncio.create_task(drains(who, writer)) for who in 'abc']
    await asyncio.sleep(1)
    tasks[1].cancel()
    await asyncio.wait(tasks)
    await hang_up(writer)
    await asyncio.sleep(1)
    server.close()

run(main)
