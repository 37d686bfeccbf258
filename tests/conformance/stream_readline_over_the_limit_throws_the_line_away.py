"""A line longer than the limit is thrown away with its newline, and the next one is read; one that equals it is not too long."""
import asyncio
from common.talk import dial, hang_up, serve
from vtime import run, say


async def says_pieces(reader, writer):
    for piece in (b'12345678\n', b'123456789\nnext\n'):
        writer.write(piece)
        await asyncio.sleep(1)
    writer.close()


async def main():
    server = await serve(says_pieces)
    reader, writer = await dial(server, limit=8)
    for _ in range(4):
        try:
            say((await reader.readline()).decode().rstrip())
        except ValueError:
            say('too long')
    await hang_up(writer)
    server.close()

run(main)
