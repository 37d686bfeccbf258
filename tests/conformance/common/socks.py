"""Sockets on this machine, for the triples of sock_*. socks.c has the same under the same names."""

import asyncio
import socket

from vtime import say


def opened(family=socket.AF_INET, kind=socket.SOCK_STREAM):
    """A socket that waits for nobody."""
    sock = socket.socket(family, kind)
    sock.setblocking(False)
    return sock


def bound(kind=socket.SOCK_STREAM):
    """One with a free port of 127.0.0.1."""
    sock = opened(kind=kind)
    sock.bind(('127.0.0.1', 0))
    return sock


def listening():
    """One that listens there."""
    sock = bound()
    sock.listen(5)
    return sock


async def connected():
    """Both ends of a connection."""
    loop = asyncio.get_running_loop()
    listener, near = listening(), opened()
    await loop.sock_connect(near, listener.getsockname())
    far, _ = await loop.sock_accept(listener)
    listener.close()
    return near, far


async def send_text(sock, text):
    """Sends a text."""
    await asyncio.get_running_loop().sock_sendall(sock, text.encode())


async def get(sock, size):
    """Receives bytes."""
    return await asyncio.get_running_loop().sock_recv(sock, size)


async def receives(who, sock):
    """A task that receives once and says what."""
    try:
        data = await get(sock, 20)
    except asyncio.CancelledError:
        say(f'{who} is cancelled')
        raise
    say(f'{who} receives {data.decode()!r}')
