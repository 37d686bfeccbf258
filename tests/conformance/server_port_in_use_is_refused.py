"""A port that somebody listens on is refused."""
import asyncio
from common.talk import echo, serve
from vtime import run, say, told


async def main():
    server = await serve(echo)
    try:
        await asyncio.start_server(echo, *server.sockets[0].getsockname())
    except OSError as error:
        say(told(error))
    server.close()

run(main)
