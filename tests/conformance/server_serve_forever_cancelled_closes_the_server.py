"""serve_forever() that is cancelled closes the server and waits for its clients."""
# needs: 3.12
import asyncio
from common.talk import ask, dial, echo, hang_up, serve
from vtime import run, say, told


async def main():
    server = await serve(echo)
    task = asyncio.create_task(server.serve_forever())
    reader, writer = await dial(server)
    await ask(reader, writer, 'before')
    task.cancel()
    await hang_up(writer)
    await asyncio.sleep(1)
    say(f'serving: {server.is_serving()}')
    await asyncio.wait([task])
    say(told(task))

run(main)
