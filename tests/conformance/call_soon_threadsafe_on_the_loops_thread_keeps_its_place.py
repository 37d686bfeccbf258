"""From the loop's own thread call_soon_threadsafe is call_soon: calls of both kinds run in the order they were made."""
from vtime import new_loop, say

loop = new_loop()


def mix():
    loop.call_soon(say, '1 soon')
    loop.call_soon_threadsafe(say, '2 threadsafe')
    loop.call_soon(say, '3 soon')
    loop.call_soon_threadsafe(say, '4 threadsafe')
    loop.call_soon_threadsafe(loop.stop)


loop.call_soon(mix)
loop.call_soon(say, 'same turn as mix')
loop.run_forever()
loop.close()
