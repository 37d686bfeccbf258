"""Each connection is a task of its own."""
import asyncio
from common.talk import dial, hang_up, serve
from vtime import run, say


async def slow_echo(reader, writer):
    n = int(await reader.readline())
    await asyncio.sleep(n)
    writer.write(b'%d\n' % n)
    writer.close()


async def client(server, n):
    reader, writer = await dial(server)
    writer.write(b'%d\n' % n)
    say(f'client {int(await reader.readline())} is answered')
    await hang_up(writer)


async def main():
    server = await serve(slow_echo)
    await asyncio.gather(*(client(server, n) for n in (5, 3, 4, 1, 2)))
    server.close()

run(main)
