"""stop() before run_forever: one turn is run, without sleeping, and the request is used up by it."""
from vtime import MS, new_loop, say

loop = new_loop()


def first():
    say('first turn')
    loop.call_soon(second)


def second():
    say('second turn')
    loop.call_soon(loop.stop)


loop.call_soon(first)
loop.call_later(0, say, 'timer that is due')
loop.call_later(10 * MS, say, 'timer that is not')
loop.stop()
loop.run_forever()
say('run over')
loop.run_forever()
say('second run over')
loop.close()
