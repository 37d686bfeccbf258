"""A line may come in pieces; the last one may lack its newline, then there is nothing."""
import asyncio
from common.talk import dial, hang_up, serve, tell_data
from vtime import run


async def says_pieces(reader, writer):
    for piece in (b'one\ntw', b'o\n\nla', b'st'):
        writer.write(piece)
        await asyncio.sleep(1)
    writer.close()


async def main():
    server = await serve(says_pieces)
    reader, writer = await dial(server)
    for _ in range(6):
        await tell_data('line', reader.readline())
    await hang_up(writer)
    server.close()

run(main)
