"""write_eof ends one direction: the peer sees the end and can still answer."""
import asyncio
from common.talk import dial, hang_up, serve, tell_data
from vtime import run, say


async def answers_at_the_end(reader, writer):
    question = await reader.read(-1)
    say(f'asked: {question.decode()}')
    await asyncio.sleep(1)
    writer.write(b'answer')
    writer.close()


async def main():
    server = await serve(answers_at_the_end)
    reader, writer = await dial(server)
    writer.write(b'question')
    writer.write_eof()
    await tell_data('answered', reader.read(-1))
    await hang_up(writer)
    server.close()

run(main)
