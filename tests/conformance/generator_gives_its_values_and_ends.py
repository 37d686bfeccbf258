"""next runs the body to its next value; then StopIteration with what the body returned, once, and for ever empty."""
from vtime import run, say


def words():
    say('body begins')
    yield 'Hi'
    say('between')
    yield 'You'
    say('body ends')
    return 'returned'


def ask(generator):
    try:
        say(f'value: {next(generator)}')
    except StopIteration as end:
        say(f'EENDED, {end.value}')


async def main():
    generator = words()
    say('made')
    for _ in range(4):
        ask(generator)

run(main)
