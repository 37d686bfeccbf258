"""sock_sendfile sends from an offset so much as was asked, or as there is, and tells how much."""
import asyncio
import tempfile
from common.socks import connected, get
from common.talk import tell_data
from vtime import run, say


async def main():
    loop = asyncio.get_running_loop()
    near, far = await connected()
    with tempfile.TemporaryFile() as file:
        file.write(b'0123456789')
        file.flush()
        for offset, count in (2, 3), (7, 100), (50, 5):
            say(f'sent {await loop.sock_sendfile(near, file, offset, count)}')
    near.close()
    await asyncio.sleep(0.1)
    await tell_data('received', get(far, 100))
    far.close()

run(main)
