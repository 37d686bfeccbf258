"""A sock_recv that is called off makes room at once for the next one, and a sock_sendall for the next one."""
import asyncio
from common.socks import connected, receives, send_text
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    near, far = await connected()
    task = asyncio.create_task(receives('first', near))
    await asyncio.sleep(0)
    task.cancel()
    later = asyncio.create_task(send_text(far, 'words'))
    await receives('second', near)
    say(f'first: {await outcome(task)}')
    await later
    task = asyncio.create_task(loop.sock_sendall(far, bytes(20_000_000)))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(0)  # asyncio forgets the socket in its next turn, and not at its close
    reader = asyncio.create_task(empties(near))
    await send_text(far, 'end')
    far.close()
    await reader
    say(f'sendall: {await outcome(task)}')
    near.close()


async def empties(sock):
    loop = asyncio.get_running_loop()
    last = b''
    while data := await loop.sock_recv(sock, 100_000):
        last = (last + data)[-3:]
    say(f'the last words are {last.decode()!r}')

run(main)
