"""A sock_recv that is cancelled has taken nothing: what comes later goes to the next one."""
import asyncio
from common.socks import connected, receives, send_text
from vtime import outcome, run, say


async def main():
    near, far = await connected()
    task = asyncio.create_task(receives('first', far))
    await asyncio.sleep(1)
    say(f'cancel: {task.cancel()}')
    say(f'first: {await outcome(task)}')
    await send_text(near, 'for whoever comes')
    await asyncio.sleep(1)
    await receives('second', far)
    near.close()
    far.close()

run(main)
