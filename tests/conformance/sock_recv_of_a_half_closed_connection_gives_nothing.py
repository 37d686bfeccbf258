"""When the peer has ended its direction sock_recv gives b'', again and again; the other direction goes on."""
import socket
from common.socks import connected, get, send_text
from common.talk import tell_data
from vtime import outcome, run, say


async def main():
    near, far = await connected()
    await send_text(near, 'last words')
    near.shutdown(socket.SHUT_WR)
    for _ in range(3):
        await tell_data('far', get(far, 20))
    await send_text(far, 'heard')
    await tell_data('near', get(near, 20))
    say(f'near sends: {await outcome(send_text(near, "more"))}')
    near.close()
    far.close()

run(main)
