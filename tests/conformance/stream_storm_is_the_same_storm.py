"""Lines, records and blocks are read, each for a while, from pieces that come at any time, until the end."""
import asyncio
from common.talk import dial, serve
from vtime import MS, Dice, run, say

LIMIT = 64
seed = 0


def some_piece(dice):
    letters = ('abcdefgh\n;'[dice.roll(10)] for _ in range(1 + dice.roll(9)))
    return ''.join(letters) + ('\n' if dice.roll(3) == 0 else '')


async def talks(reader, writer):
    dice = Dice(100 * seed)
    for _ in range(50):
        writer.write(some_piece(dice).encode())
        await asyncio.sleep(dice.roll(6) * MS)
    writer.close()


async def read_some(reader, dice):
    way = dice.roll(4)
    size = 1 + dice.roll(25)
    async with asyncio.timeout((dice.roll(9) + 0.5) * MS):
        if way == 0:
            return await reader.readline()
        if way == 1:
            return await reader.readuntil(b';')
        if way == 2:
            return await reader.readuntil(b'\n;')
        return await reader.readexactly(size)


async def storm():
    server = await serve(talks)
    reader, writer = await dial(server, limit=LIMIT)
    dice = Dice(100 * seed + 1)
    while not reader.at_eof():
        try:
            say(f"got '{shown(await read_some(reader, dice))}'")
        except TimeoutError:
            say('out of time')
        except asyncio.LimitOverrunError:
            say(f"too long; got '{shown(await reader.readexactly(LIMIT // 2))}'")
        except asyncio.IncompleteReadError as error:
            say(f"the end after '{shown(error.partial)}'")
    writer.close()
    server.close()


def shown(data):
    return data.decode().replace('\n', '/')


async def main():
    global seed
    for seed in range(1, 4):
        say(f'storm {seed}')
        await storm()
        await asyncio.sleep(1)

run(main)
