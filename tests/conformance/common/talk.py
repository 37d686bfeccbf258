"""A server on this machine and connections to it, for the triples of streams. talk.c has the same under the same names."""

import asyncio

from vtime import say, told


async def serve(handler, **options):
    """A server on any free port of 127.0.0.1."""
    return await asyncio.start_server(handler, '127.0.0.1', 0, **options)


async def serve_pieces(*pieces):
    """A server that says one piece after the other, a second apart, and then the end."""
    async def says_them(reader, writer):
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(1)
        writer.close()

    return await serve(says_them)


async def dial(server, **options):
    """A connection to it: reader, writer."""
    return await asyncio.open_connection(*server.sockets[0].getsockname()[:2], **options)


async def hang_up(writer):
    """Closes, and waits until that is done."""
    writer.close()
    await writer.wait_closed()


async def echo(reader, writer):
    """Line by line, until the end."""
    while line := await reader.readline():
        writer.write(line)
    writer.close()


async def ask(reader, writer, text):
    """Sends a line and says what comes back."""
    writer.write(f'{text}\n'.encode())
    say(f'{text} -> {(await reader.readline()).decode().rstrip() or "the end"}')


async def tell_data(what, awaitable):
    """Says what was read."""
    try:
        say(f'{what}: {(await awaitable).decode()!r}')
    except BaseException as error:
        say(f'{what}: {told(error)}')
