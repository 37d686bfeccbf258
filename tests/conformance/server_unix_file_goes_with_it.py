"""close() removes the file of a Unix server, unless it has gone already or another's has taken its place."""
# needs: 3.13
import asyncio
import os
import tempfile
from common.talk import echo
from vtime import run, say


async def main():
    with tempfile.TemporaryDirectory() as folder:
        path = f'{folder}/socket'
        first = await asyncio.start_unix_server(echo, path)
        say(f'there: {os.path.exists(path)}')
        first.close()
        say(f'there: {os.path.exists(path)}')
        second = await asyncio.start_unix_server(echo, path)
        os.unlink(path)
        third = await asyncio.start_unix_server(echo, path)
        second.close()
        say(f'there: {os.path.exists(path)}')
        os.unlink(path)
        third.close()
        say(f'there: {os.path.exists(path)}')

run(main)
