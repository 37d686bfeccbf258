"""An error in the body comes out of next, once; after that the generator is over. The asker's task can go on."""
import asyncio
import errno
from vtime import failure, reason, run, say, told


def fails():
    yield 'one'
    raise failure(errno.EIO, 'the body broke')


def ask(generator):
    try:
        say(f'value: {next(generator)}')
    except OSError as error:
        say(f'{told(error)}: {reason(error)}')
    except StopIteration:
        say('EENDED')


async def main():
    generator = fails()
    for _ in range(4):
        ask(generator)
    await asyncio.sleep(0)
    say('main goes on')

run(main)
