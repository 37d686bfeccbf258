"""What is scheduled and has not run when the loop is closed never runs: callbacks, timers, done-callbacks."""
from vtime import MS, new_loop, say

loop = new_loop()
future = loop.create_future()
future.add_done_callback(lambda future: say('done-callback'))


def last():
    loop.call_soon(say, 'scheduled by the last turn')
    loop.call_later(0, say, 'timer that is due')
    future.set_result(None)
    say('settled, stopping')
    loop.stop()


loop.call_later(20 * MS, say, 'timer')
loop.call_later(10 * MS, last)
loop.run_forever()
say('closing')
loop.close()
