"""Of several separators the one that is whole first ends the record, of two that end together the shorter one counts."""
# needs: 3.13
import asyncio
from common.talk import dial, hang_up, serve_pieces, tell_data
from vtime import run, say, told

ENDS = (b'END;', b'\n', b';', b'--')


async def until(reader):
    try:
        say(repr((await reader.readuntil(ENDS)).decode()))
    except asyncio.LimitOverrunError as error:
        say(f'{told(error)}: {error.consumed}')
        await tell_data('consumed', reader.readexactly(error.consumed))
    except asyncio.IncompleteReadError as error:
        say(f'{told(error)}: {error.partial.decode()}')
        return False
    return True


async def main():
    server = await serve_pieces(b'one\ntwoEND', b';three-', b'-12345678EN', b'D;a record without any of them', b'-')
    reader, writer = await dial(server, limit=9)
    while await until(reader):
        pass
    await hang_up(writer)
    server.close()

run(main)
