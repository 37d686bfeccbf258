"""map: results in the order of the items, whichever ends first; the error of one is where it belongs."""
import errno
from common.jobs import pool
from vtime import failure, say, told


def half(number):
    if number % 2:
        raise failure(errno.EDOM, 'odd')
    return number // 2


executor = pool(3)
say(f"even: {' '.join(str(number) for number in executor.map(half, [2, 4, 6, 8, 10]))}")
numbers = executor.map(half, [2, 4, 5, 6])
try:
    for number in numbers:
        say(f'got {number}')
except OSError as error:
    say(f'stopped: {told(error)}')
say(f'nothing: {list(executor.map(half, []))}')
executor.shutdown()
