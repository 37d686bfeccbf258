"""stop() lets what is ready in this turn run; what that makes ready waits for the next run."""
from vtime import new_loop, say

loop = new_loop()


def stopper():
    say('stop')
    loop.stop()
    loop.call_soon(say, 'scheduled after stop')


def late():
    say('behind stop in the same turn')
    loop.call_soon(say, 'scheduled behind stop')
    loop.call_soon(loop.stop)


loop.call_soon(stopper)
loop.call_soon(late)
loop.run_forever()
say('first run over')
loop.run_forever()
say('second run over')
loop.close()
