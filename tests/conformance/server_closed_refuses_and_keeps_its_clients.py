"""close() ends the listening only; wait_closed() waits for the clients."""
# needs: 3.12
import asyncio
from common.talk import ask, dial, echo, hang_up, serve
from vtime import run, say, told


async def main():
    server = await serve(echo)
    address = server.sockets[0].getsockname()
    reader, writer = await dial(server)
    await ask(reader, writer, 'before')
    server.close()
    say(f'serving: {server.is_serving()}')
    try:
        await asyncio.open_connection(*address)
    except OSError as error:
        say(told(error))
    await ask(reader, writer, 'after')
    waiter = asyncio.create_task(server.wait_closed())
    await asyncio.sleep(1)
    say(f'closed: {waiter.done()}')
    await hang_up(writer)
    await waiter
    say('closed')

run(main)
