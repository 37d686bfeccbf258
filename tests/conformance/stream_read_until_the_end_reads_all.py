"""read(-1) waits for the end and gives everything."""
import asyncio
from common.talk import dial, hang_up, serve, tell_data
from vtime import run


async def says_pieces(reader, writer):
    for piece in (b'all ', b'of ', b'it'):
        writer.write(piece)
        await asyncio.sleep(1)
    writer.close()


async def main():
    server = await serve(says_pieces)
    reader, writer = await dial(server)
    await tell_data('two', reader.readexactly(2))
    await tell_data('all', reader.read(-1))
    await tell_data('again', reader.read(-1))
    await hang_up(writer)
    server.close()

run(main)
