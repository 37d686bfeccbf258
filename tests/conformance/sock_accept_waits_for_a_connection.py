"""sock_accept waits until somebody connects, and tells who; then both ends talk."""
import asyncio
from common.socks import get, listening, opened, send_text
from common.talk import tell_data
from vtime import run, say


async def serves(listener):
    loop = asyncio.get_running_loop()
    say('accepts')
    sock, peer = await loop.sock_accept(listener)
    say(f'accepted from {peer[0]}, which is its peer: {peer == sock.getpeername()}')
    await tell_data('asked', get(sock, 20))
    await asyncio.sleep(0.5)
    await send_text(sock, 'answer')
    sock.close()


async def main():
    loop = asyncio.get_running_loop()
    with listening() as listener, opened() as sock:
        task = asyncio.create_task(serves(listener))
        await asyncio.sleep(1)
        await loop.sock_connect(sock, listener.getsockname())
        await send_text(sock, 'question')
        await tell_data('answered', get(sock, 20))
        await tell_data('then', get(sock, 20))
        await task

run(main)
