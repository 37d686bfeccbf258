"""getaddrinfo of an address written out gives just that one, with the port."""
import asyncio
import socket
from vtime import outcome, run, say


async def look(host, port, **hints):
    loop = asyncio.get_running_loop()
    for family, kind, _, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, **hints):
        say(f'{family.name} {kind.name} {address[0]} {address[1]}')


async def main():
    await look('127.0.0.1', 80)
    await look('::1', 65535)
    await look(None, 7, family=socket.AF_INET)
    await look(None, 7, family=socket.AF_INET, flags=socket.AI_PASSIVE)
    say(f'no literal: {await outcome(look("localhost", 80, flags=socket.AI_NUMERICHOST))}')
    say(f'another family: {await outcome(look("::1", 80, family=socket.AF_INET))}')

run(main)
