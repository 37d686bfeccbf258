"""A callback that an earlier one of the same turn cancels does not run; cancelling it again is harmless."""
from vtime import new_loop, say

loop = new_loop()
handles = {}


def canceller():
    say('cancels b and itself')
    handles['b'].cancel()
    handles['canceller'].cancel()
    handles['b'].cancel()


handles['a'] = loop.call_soon(say, 'a')
handles['canceller'] = loop.call_soon(canceller)
handles['b'] = loop.call_soon(say, 'b')
handles['c'] = loop.call_soon(say, 'c')
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
