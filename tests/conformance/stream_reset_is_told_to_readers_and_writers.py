"""A connection that the peer has reset is lost for both directions: read, drain and wait_closed tell the same error."""
import asyncio
import socket
import struct
from common.talk import dial, serve, tell_data
from vtime import outcome, run, say


async def resets(reader, writer):
    sock = writer.get_extra_info('socket')
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    writer.close()


async def main():
    server = await serve(resets)
    reader, writer = await dial(server)
    await asyncio.sleep(1)
    await tell_data('read', reader.read(10))
    await tell_data('readline', reader.readline())
    writer.write(b'anybody?')
    say(f'drain: {await outcome(writer.drain())}')
    await tell_data('readexactly', reader.readexactly(1))
    writer.close()
    say(f'wait_closed: {await outcome(writer.wait_closed())}')
    server.close()

run(main)
