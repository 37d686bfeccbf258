"""A file goes behind what was written and before what is written next; it tells how many bytes it had."""
import asyncio
import tempfile
from common.talk import dial, hang_up, serve, tell_data
from vtime import outcome, run, say


async def main():
    loop = asyncio.get_running_loop()
    received = loop.create_future()

    async def collects(reader, writer):
        received.set_result(await reader.read(-1))
        writer.close()

    server = await serve(collects)
    reader, writer = await dial(server)
    with tempfile.TemporaryFile() as file:
        file.write(b'0123456789')
        file.flush()
        writer.write(b'before ')
        say(f'sent {await loop.sendfile(writer.transport, file, 0, 10)}')
        writer.write(b' between ')
        say(f'sent {await loop.sendfile(writer.transport, file, 5, 2)}')
        say(f'sent {await loop.sendfile(writer.transport, file, 8, 20)}')
        say(f'sent {await loop.sendfile(writer.transport, file, 10, 2)}')
        say(f'sent {await loop.sendfile(writer.transport, file)}')
        writer.write(b' after')
        await hang_up(writer)
        await tell_data('received', received)
        closed = await outcome(loop.sendfile(writer.transport, file))
        say(f"closed: {'an error' if closed == 'RuntimeError' else closed}")
    server.close()

run(main)
