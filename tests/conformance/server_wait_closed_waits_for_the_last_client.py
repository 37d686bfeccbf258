"""wait_closed() waits until the server is closed and its clients are gone, whoever asks when."""
# needs: 3.12
import asyncio
from common.talk import dial, hang_up, serve
from vtime import run, say


async def to_the_end(reader, writer):
    await reader.read()
    writer.close()


async def waits(who, server):
    await server.wait_closed()
    say(f'{who} is told')


async def main():
    server = await serve(to_the_end)
    tasks = [asyncio.create_task(waits('before', server))]
    await asyncio.sleep(1)
    reader, writer = await dial(server)
    tasks.append(asyncio.create_task(waits('with a client', server)))
    await asyncio.sleep(1)
    say('close')
    server.close()
    tasks.append(asyncio.create_task(waits('closed', server)))
    await asyncio.sleep(1)
    say('the client leaves')
    await hang_up(writer)
    await asyncio.gather(*tasks)
    await waits('after', server)

run(main)
