"""A datagram comes whole with its sender's address, even an empty one; what does not fit is cut off."""
import asyncio
import socket
from common.socks import bound
from vtime import run, say


async def main():
    loop = asyncio.get_running_loop()
    with bound(socket.SOCK_DGRAM) as a, bound(socket.SOCK_DGRAM) as b:
        for text in 'first', '', 'much too long', 'last':
            say(f'sent {await loop.sock_sendto(a, text.encode(), b.getsockname())}')
        for _ in range(4):
            data, sender = await loop.sock_recvfrom(b, 6)
            say(f'{data.decode()!r} from a: {sender == a.getsockname()}')

run(main)
