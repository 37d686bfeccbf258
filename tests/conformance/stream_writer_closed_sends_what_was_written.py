"""close() still sends what was written; wait_closed() waits for that, and closing again is fine."""
import asyncio
from common.talk import dial, hang_up, serve
from vtime import run, say


async def counts(reader, writer):
    say(f'got {len(await reader.read(-1))} bytes')
    writer.close()


async def main():
    server = await serve(counts)
    reader, writer = await dial(server)
    writer.write(bytes(5_000_000))
    writer.close()
    say(f'closing: {writer.is_closing()}')
    writer.close()
    await writer.wait_closed()
    say('closed')
    await asyncio.sleep(1)
    server.close()

run(main)
