"""A server on several hosts has a socket for each address, and but one where a host comes twice."""
import asyncio
from common.talk import ask, echo, hang_up
from vtime import run, say


async def main():
    server = await asyncio.start_server(echo, ['127.0.0.1', '127.0.0.2', '127.0.0.1'], 0)
    names = sorted(socket.getsockname() for socket in server.sockets)
    say(f'{len(names)} sockets')
    for host, port in names:
        reader, writer = await asyncio.open_connection(host, port)
        await ask(reader, writer, host)
        await hang_up(writer)
    server.close()
    await server.wait_closed()

run(main)
