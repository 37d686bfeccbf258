"""A line may come in pieces; the last one may lack its newline, then there is nothing."""
from common.talk import dial, hang_up, serve_pieces, tell_data
from vtime import run


async def main():
    server = await serve_pieces(b'one\ntw', b'o\n\nla', b'st')
    reader, writer = await dial(server)
    for _ in range(6):
        await tell_data('line', reader.readline())
    await hang_up(writer)
    server.close()

run(main)
