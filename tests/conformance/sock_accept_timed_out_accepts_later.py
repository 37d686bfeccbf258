"""wait_for around sock_accept gives up in time, and who connects later is not lost."""
import asyncio
from common.socks import listening, opened
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    with listening() as listener, opened() as sock:
        say(f'nobody: {await outcome(asyncio.wait_for(loop.sock_accept(listener), 2))}')
        await loop.sock_connect(sock, listener.getsockname())
        accepted, _ = await asyncio.wait_for(loop.sock_accept(listener), 2)
        say(f'somebody: {accepted.getpeername() == sock.getsockname()}')
        accepted.close()

run(main)
