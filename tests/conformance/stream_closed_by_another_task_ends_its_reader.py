"""close() gives the end to a task that reads, and what had come before it; a read after it is at the end, too."""
import asyncio
from common.talk import dial, echo, serve, tell_data
from vtime import run, say


async def main():
    server = await serve(echo)
    for what in ('line', 'record', 'rest'):
        reader, writer = await dial(server)
        ways = {'line': reader.readline, 'record': lambda: reader.readexactly(5), 'rest': reader.read}
        task = asyncio.create_task(tell_data(what, ways[what]()))
        await asyncio.sleep(1)
        writer.close()
        await task
        await tell_data('after', reader.read(10))
        say(f'at the end: {reader.at_eof()}')
        await writer.wait_closed()
    server.close()

run(main)
