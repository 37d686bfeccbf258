"""A timer that sets itself again ticks; two of them with a common multiple fire in the order in which they were set."""
from vtime import MS, new_loop, say

loop = new_loop()
ticks = {'two': 0, 'three': 0}


def tick(name, delay):
    ticks[name] += 1
    say(f'{name} {ticks[name]}')
    if ticks[name] < 6:
        loop.call_later(delay, tick, name, delay)
    elif name == 'three':
        loop.stop()


loop.call_later(2 * MS, tick, 'two', 2 * MS)
loop.call_later(3 * MS, tick, 'three', 3 * MS)
loop.run_forever()
loop.close()
