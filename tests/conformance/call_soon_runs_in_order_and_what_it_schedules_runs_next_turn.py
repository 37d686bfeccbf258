"""call_soon is first in, first out; what a callback schedules waits until all of this turn has run."""
from vtime import new_loop, say

loop = new_loop()


def parent(name):
    say(f'{name} runs')
    loop.call_soon(child, name)


def child(name):
    say(f'child of {name}')
    if name == 'a':
        loop.call_soon(say, 'grandchild of a')


def stopper():
    say('stop')
    loop.stop()


def before_stop():
    say('three turns later')
    loop.call_soon(stopper)


def second():
    loop.call_soon(before_stop)


for name in 'abc':
    loop.call_soon(parent, name)
loop.call_soon(second)
loop.run_forever()
loop.close()
