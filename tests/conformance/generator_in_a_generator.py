"""A generator may ask another one; asking one that is running is refused and does it no harm."""
from vtime import run, say

generators = {}


def numbers(first, last):
    for n in range(first, last):
        yield n


def squares():
    inner = numbers(1, 4)
    for n in inner:
        yield n * n
    try:
        next(generators['squares'])
    except ValueError:
        say('asking itself: EBUSY')
    yield 100


async def main():
    generators['squares'] = squares()
    evens = numbers(10, 100)
    for square in generators['squares']:
        say(f'square {square}, number {next(evens)}')

run(main)
