"""A read that times out takes nothing away: the next one gets all that came."""
import asyncio
from common.talk import dial, hang_up, serve_pieces, tell_data
from vtime import run


async def main():
    server = await serve_pieces(b'1', b'2', b'3', b'4\n')
    reader, writer = await dial(server)
    await tell_data('hasty', asyncio.wait_for(reader.readexactly(4), 1.5))
    await tell_data('hasty', asyncio.wait_for(reader.readline(), 0.2))
    await tell_data('patient', asyncio.wait_for(reader.readline(), 10))
    await hang_up(writer)
    server.close()
    await asyncio.sleep(10)

run(main)
