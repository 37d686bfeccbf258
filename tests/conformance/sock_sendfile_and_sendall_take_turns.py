"""What is sent before a file arrives before it, and what is sent after it after it; nothing of a file is nothing."""
import asyncio
import tempfile
from common.socks import connected, get, send_text
from common.talk import tell_data
from vtime import run, say


async def main():
    loop = asyncio.get_running_loop()
    near, far = await connected()
    with tempfile.TemporaryFile() as file:
        file.write(b'0123456789')
        file.flush()
        await send_text(near, 'before ')
        say(f'sent {await loop.sock_sendfile(near, file, 0, 10)}')
        await send_text(near, ' between ')
        say(f'sent {await loop.sock_sendfile(near, file, 5, 2)}')
        say(f'sent {await loop.sock_sendfile(near, file, 10, 2)}')
        await send_text(near, ' after')
    near.close()
    await asyncio.sleep(0.1)
    await tell_data('received', get(far, 100))
    far.close()

run(main)
