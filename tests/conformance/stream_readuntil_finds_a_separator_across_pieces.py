"""A separator of several bytes is found though it comes in pieces; what is left at the end is told."""
import asyncio
from common.talk import dial, hang_up, serve_pieces
from vtime import run, say, told


async def main():
    server = await serve_pieces(b'a;', b';b;;c;', b'd')
    reader, writer = await dial(server)
    try:
        while True:
            say((await reader.readuntil(b';;')).decode())
    except asyncio.IncompleteReadError as error:
        say(f'{told(error)}: {error.partial.decode()}')
    say(f'at the end: {reader.at_eof()}')
    await hang_up(writer)
    server.close()

run(main)
