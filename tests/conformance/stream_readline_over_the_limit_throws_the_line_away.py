"""A line longer than the limit is thrown away with its newline, and the next one is read; one that equals it is not too long."""
from common.talk import dial, hang_up, serve_pieces
from vtime import run, say


async def main():
    server = await serve_pieces(b'12345678\n', b'123456789\nnext\n')
    reader, writer = await dial(server, limit=8)
    for _ in range(4):
        try:
            say((await reader.readline()).decode().rstrip())
        except ValueError:
            say('too long')
    await hang_up(writer)
    server.close()

run(main)
