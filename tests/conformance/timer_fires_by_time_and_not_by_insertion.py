"""Timers run in order of their time; those made in the past come first, the oldest before the others."""
from vtime import MS, new_loop, say

loop = new_loop()
loop.call_later(30 * MS, say, 'after 30')
loop.call_later(10 * MS, say, 'after 10')
loop.call_later(50 * MS, loop.stop)
loop.call_later(20 * MS, say, 'after 20')
loop.call_later(20.000001 * MS, say, 'a nanosecond later')
loop.call_at(-1 * MS, say, 'at -1')
loop.call_at(-2 * MS, say, 'at -2')
loop.call_at(0, say, 'at 0')
loop.run_forever()
loop.close()
