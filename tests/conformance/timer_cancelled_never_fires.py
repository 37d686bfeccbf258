"""A cancelled timer does not fire: cancelled at once, by an earlier timer, or by one of the same moment."""
from vtime import MS, new_loop, say

loop = new_loop()
at_once = loop.call_later(10 * MS, say, 'cancelled at once')
later = loop.call_later(30 * MS, say, 'cancelled at 20')
loop.call_later(20 * MS, say, 'kept')
loop.call_later(20 * MS, later.cancel)
loop.call_later(40 * MS, lambda: tie.cancel())
tie = loop.call_later(40 * MS, say, 'cancelled by its neighbour')
loop.call_later(40 * MS, say, 'kept too')
far = loop.call_later(3600, say, 'nobody waits an hour for it')
loop.call_later(50 * MS, far.cancel)
loop.call_later(60 * MS, loop.stop)
at_once.cancel()
loop.run_forever()
say('stopped')
loop.close()
