"""sock_recv and sock_recv_into give what is there, as much as fits; the rest comes next."""
import asyncio
from common.socks import connected, get, send_text
from common.talk import tell_data
from vtime import run, say


async def main():
    loop = asyncio.get_running_loop()
    near, far = await connected()
    await send_text(near, 'abc')
    await send_text(near, 'def')
    await asyncio.sleep(0.1)
    await tell_data('two', get(far, 2))
    room = bytearray(b'......')
    say(f'into room: {await loop.sock_recv_into(far, memoryview(room)[:3])}, {room.decode()!r}')
    await tell_data('the rest', get(far, 100))
    near.close()
    far.close()

run(main)
