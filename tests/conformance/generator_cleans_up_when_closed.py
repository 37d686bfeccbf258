"""close ends the body at its yield so that it can clean up; one that never began, or has ended, has nothing to do."""
import errno
from vtime import failure, run, say, told


def counts(name):
    try:
        for n in range(1, 100):
            yield n
    finally:
        say(f'{name} cleans up')


def fails():
    try:
        yield 1
    finally:
        raise failure(errno.EIO, 'cleanup')


def close(generator):
    try:
        generator.close()
        say('closed: None')
    except OSError as error:
        say(f'closed: {told(error)}')


async def main():
    begun, fresh, ended, failing = counts('begun'), counts('fresh'), iter(counts('ended')), fails()
    say(f'begun: {next(begun)}, {next(begun)}')
    close(begun)
    close(fresh)
    for n in ended:
        if n == 99:
            say('the last one')
    close(ended)
    say(f'failing: {next(failing)}')
    close(failing)

run(main)
