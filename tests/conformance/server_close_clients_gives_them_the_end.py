"""close_clients() closes the streams of the clients that are there."""
# needs: 3.13
import asyncio
from common.talk import ask, dial, echo, serve, tell_data, hang_up
from vtime import run, say


async def main():
    server = await serve(echo)
    reader, writer = await dial(server)
    await ask(reader, writer, 'before')
    server.close()
    server.close_clients()
    await tell_data('after', reader.read(100))
    await hang_up(writer)
    await server.wait_closed()
    say('closed')

run(main)
