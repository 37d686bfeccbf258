"""An endpoint that talks to a port where nobody is hears of it once, and goes on; empty datagrams arrive."""
# needs: 3.13
import asyncio
from common.socks import bound
from vtime import run, say, told


class Tells(asyncio.DatagramProtocol):
    def datagram_received(self, data, address):
        say(f'got: {data.decode()!r}')

    def error_received(self, error):
        say(f'error: {told(error)}')


async def main():
    loop = asyncio.get_running_loop()
    silent = bound(kind=2)
    where = silent.getsockname()
    silent.close()
    endpoint, _ = await loop.create_datagram_endpoint(Tells, remote_addr=where)
    endpoint.sendto(b'anybody?')
    await asyncio.sleep(1)
    peer, _ = await loop.create_datagram_endpoint(Tells, local_addr=where)
    endpoint.sendto(b'you?')
    await asyncio.sleep(1)
    here = endpoint.get_extra_info('sockname')
    for data in (b'me', b'', b'end'):
        peer.sendto(data, here)
    await asyncio.sleep(1)
    endpoint.close()
    peer.close()

run(main)
