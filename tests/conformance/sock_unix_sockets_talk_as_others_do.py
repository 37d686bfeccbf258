"""Unix sockets connect by abstract names and in pairs, streams and datagrams."""
import asyncio
import os
import socket
from common.socks import get, opened, send_text
from common.talk import tell_data
from vtime import run, say


async def by_name():
    loop = asyncio.get_running_loop()
    with opened(socket.AF_UNIX) as listener, opened(socket.AF_UNIX) as near:
        listener.bind(f'\0conformance {os.getpid()}')
        listener.listen(5)
        await loop.sock_connect(near, listener.getsockname())
        far, _ = await loop.sock_accept(listener)
        await send_text(near, 'by name')
        await tell_data('far', get(far, 20))
        say(f'known by its name: {near.getpeername() == listener.getsockname()}')
        far.close()
        await tell_data('near', get(near, 20))


async def in_pairs(kind):
    near, far = socket.socketpair(socket.AF_UNIX, kind)
    for sock in near, far:
        sock.setblocking(False)
    await send_text(near, 'one')
    await send_text(near, 'two')
    await tell_data('far', get(far, 20))
    if kind == socket.SOCK_DGRAM:
        await tell_data('far', get(far, 20))
    near.close()
    far.close()


async def main():
    await by_name()
    await in_pairs(socket.SOCK_STREAM)
    await in_pairs(socket.SOCK_DGRAM)

run(main)
