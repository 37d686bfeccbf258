"""sock_sendall returns when all is with the system, however slowly the peer reads."""
import asyncio
from common.socks import connected, get
from vtime import run, say

SIZE = 20_000_000


async def sends(sock):
    await asyncio.get_running_loop().sock_sendall(sock, bytes(SIZE))
    say('all is sent')
    sock.close()


async def main():
    near, far = await connected()
    task = asyncio.create_task(sends(near))
    await asyncio.sleep(1)
    say(f'sent before anybody reads: {task.done()}')
    total = 0
    while data := await get(far, 1_000_000):
        total += len(data)
    await task
    say(f'received {total}')
    far.close()

run(main)
