"""Exactly so many bytes, from as many pieces as it takes; a stream that ends before gives what came."""
import asyncio
from common.talk import dial, hang_up, serve_pieces, tell_data
from vtime import run, say, told


async def main():
    server = await serve_pieces(b'ab', b'cde', b'f')
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
