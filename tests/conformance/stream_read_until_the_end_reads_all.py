"""read(-1) waits for the end and gives everything."""
from common.talk import dial, hang_up, serve_pieces, tell_data
from vtime import run


async def main():
    server = await serve_pieces(b'all ', b'of ', b'it')
    reader, writer = await dial(server)
    await tell_data('two', reader.readexactly(2))
    await tell_data('all', reader.read(-1))
    await tell_data('again', reader.read(-1))
    await hang_up(writer)
    server.close()

run(main)
