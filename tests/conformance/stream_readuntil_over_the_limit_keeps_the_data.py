"""A record longer than the limit is refused, but stays in the stream for other ways of reading."""
import asyncio
from common.talk import dial, hang_up, serve_pieces, tell_data
from vtime import run


async def main():
    server = await serve_pieces(b'0123456789;rest')
    reader, writer = await dial(server, limit=8)
    await tell_data('until', reader.readuntil(b';'))
    await tell_data('until', reader.readuntil(b';'))
    await tell_data('exactly', reader.readexactly(11))
    await tell_data('read', reader.read(100))
    await hang_up(writer)
    server.close()
    await asyncio.sleep(10)

run(main)
