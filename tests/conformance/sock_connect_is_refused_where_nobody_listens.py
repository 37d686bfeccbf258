"""sock_connect to a port where nobody listens fails with ConnectionRefusedError; a Unix name nobody has, likewise."""
import asyncio
import socket
from common.socks import listening, opened
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    listener = listening()
    where = listener.getsockname()
    listener.close()
    with opened() as sock:
        say(f'tcp: {await outcome(loop.sock_connect(sock, where))}')
    with opened(socket.AF_UNIX) as sock:
        say(f'abstract: {await outcome(loop.sock_connect(sock, chr(0) + "nobody has this name"))}')
        say(f'path: {await outcome(loop.sock_connect(sock, "/nowhere/at/all"))}')

run(main)
