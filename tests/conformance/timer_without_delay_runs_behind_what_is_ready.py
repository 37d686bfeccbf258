"""call_later(0) is a timer that is due: it comes behind what is ready when the next turn begins, also behind what is
scheduled after it in the same turn."""
from vtime import new_loop, say

loop = new_loop()


def both():
    say('both')
    loop.call_later(0, say, 'later 0')
    loop.call_soon(say, 'soon')
    loop.call_later(-1, say, 'later -1')
    loop.call_soon(say, 'soon again')
    loop.call_soon(after)


def after():
    say('after')
    loop.call_soon(loop.stop)


loop.call_soon(both)
loop.call_soon(say, 'same turn')
loop.run_forever()
loop.close()
