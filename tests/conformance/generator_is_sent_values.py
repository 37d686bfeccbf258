"""send gives the yield inside its value; a generator that has not begun takes only None; next sends None."""
from vtime import run, say


def echo():
    got = yield 'ready'
    while got != 'stop':
        say(f'body got {got}')
        got = yield f'heard {got}'
    return 'stopped'


async def main():
    generator = echo()
    try:
        generator.send('too early')
    except TypeError:
        say('too early: EINVAL')
    say(f'first: {generator.send(None)}')
    say(f"send: {generator.send('one')}")
    say(f'next: {next(generator)}')
    say(f"send: {generator.send('two')}")
    try:
        generator.send('stop')
    except StopIteration as end:
        say(f'EENDED, {end.value}')

run(main)
