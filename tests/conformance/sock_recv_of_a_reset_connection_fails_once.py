"""A peer that goes away with data unread resets: ConnectionResetError, then the end, and sending is a broken pipe."""
import asyncio
from common.socks import connected, get, send_text
from common.talk import tell_data
from vtime import outcome, run, say


async def main():
    near, far = await connected()
    reading = asyncio.create_task(get(near, 20))
    await send_text(near, 'never read')
    await asyncio.sleep(1)
    far.close()
    say(f'reading: {await outcome(reading)}')
    await tell_data('again', get(near, 20))
    say(f'sending: {await outcome(send_text(near, "x"))}')
    near.close()

run(main)
