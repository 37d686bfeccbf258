"""A separator of several bytes is found though it comes in pieces; what is left at the end is told."""
import asyncio
from common.talk import dial, hang_up, serve
from vtime import run, say, told


async def says_pieces(reader, writer):
    for piece in (b'a;', b';b;;c;', b'd'):
        writer.write(piece)
        await asyncio.sleep(1)
    writer.close()


async def main():
    server = await serve(says_pieces)
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
