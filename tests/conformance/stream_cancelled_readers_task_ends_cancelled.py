"""A task that waits in readline is cancelled there, and the connection lives on."""
import asyncio
from common.talk import dial, echo, hang_up, serve, ask
from vtime import run, say, told


async def reads(reader):
    await reader.readline()


async def main():
    server = await serve(echo)
    reader, writer = await dial(server)
    task = asyncio.create_task(reads(reader))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait([task])
    say(told(task))
    await ask(reader, writer, 'still there?')
    await hang_up(writer)
    server.close()

run(main)
