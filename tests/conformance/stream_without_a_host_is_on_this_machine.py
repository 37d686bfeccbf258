"""Without a host a connection goes to this machine; a server with an empty one is on all its addresses; '' is no host to connect to."""
import asyncio
from common.talk import ask, echo, hang_up
from vtime import run, say, told


async def main():
    server = await asyncio.start_server(echo, '', 0, family=2)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection(None, port)
    await ask(reader, writer, 'anybody')
    await hang_up(writer)
    try:
        await asyncio.open_connection('', port)
    except OSError as error:
        say(f'empty: {told(error)}')
    server.close()

run(main)
