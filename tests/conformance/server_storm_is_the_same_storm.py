"""Clients come, ask, give up waiting, hang up or leave in the middle of an answer; then the server is closed on them."""
# needs: 3.13
import asyncio
import contextlib
from common.talk import serve
from vtime import MS, Dice, run, say

CLIENTS = 6


async def answers(reader, writer):
    """Slowly, each line; some it does not answer, but hangs up."""
    who = None
    try:
        while line := (await reader.readline()).decode().rstrip():
            who, question = line.split()
            say(f'server hears {line}')
            await asyncio.sleep((int(question) + 0.02) * MS)
            if int(question) == 7:
                say(f'server leaves {who}')
                break
            writer.write(f'{line}!\n'.encode())
            await writer.drain()
        else:
            say(f'server: the end of {who}')
    except ConnectionError:
        say(f'server: {who} is gone')
    writer.close()


async def ask(reader, writer, who, question, patience):
    writer.write(f'{who} {question}\n'.encode())
    try:
        async with asyncio.timeout(patience):
            line = await reader.readline()
        say(f"{who}: {line.decode().rstrip() or 'the end'}")
        return bool(line)
    except TimeoutError:
        say(f'{who} gives up')
        return False


async def client(who, port, dice):
    await asyncio.sleep((dice.roll(20) + 0.1 * who) * MS)
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    for _ in range(6):
        if not await ask(reader, writer, who, dice.roll(8), (2.5 + dice.roll(9)) * MS):
            break
        await asyncio.sleep(dice.roll(4) * MS)
    if dice.roll(2) == 0:
        with contextlib.suppress(OSError):
            writer.write_eof()
        await asyncio.sleep(3 * MS)
    writer.close()
    say(f'{who} has left')


async def storm(seed):
    say(f'storm {seed}')
    server = await serve(answers)
    port = server.sockets[0].getsockname()[1]
    clients = [asyncio.create_task(client(n, port, Dice(100 * seed + n))) for n in range(1, CLIENTS + 1)]
    await asyncio.sleep(30.05 * MS)
    say('server closes')
    server.close()
    server.close_clients()
    await asyncio.wait(clients)
    await asyncio.sleep(1)


async def main():
    for seed in range(1, 4):
        await storm(seed)

run(main)
