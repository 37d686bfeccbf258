"""Exactly so many bytes, from as many pieces as it takes; a stream that ends before gives what came."""
import asyncio
from common.talk import dial, hang_up, serve, tell_data
from vtime import run, say, told


async def says_pieces(reader, writer):
    for piece in (b'ab', b'cde', b'f'):
        writer.write(piece)
        await asyncio.sleep(1)
    writer.close()


async def main():
    server = await serve(says_pieces)
    reader, writer = await dial(server)
    await tell_data('four', reader.readexactly(4))
    await tell_data('none', reader.readexactly(0))
    try:
        await reader.readexactly(4)
    except asyncio.IncompleteReadError as error:
        say(f'{told(error)}: {error.partial.decode()}')
    await tell_data('read', reader.read(4))
    await hang_up(writer)
    server.close()

run(main)
