"""A host that nobody knows raises gaierror; open_connection passes it on. (Without a network: EAI_AGAIN.)"""
import asyncio
from vtime import outcome, run, say

UNKNOWN = 'EAI_NONAME', 'EAI_AGAIN'


async def main():
    loop = asyncio.get_running_loop()
    say(f'unknown: {await outcome(loop.getaddrinfo("no-such-host.invalid", 80)) in UNKNOWN}')
    say(f'connection: {await outcome(asyncio.open_connection("no-such-host.invalid", 80)) in UNKNOWN}')

run(main)
