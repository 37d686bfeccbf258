"""Timers for the same moment run in the order in which they were made, in one turn, after what was ready before."""
from vtime import MS, new_loop, say

loop = new_loop()


def note(name):
    say(name)
    if name == 'a':
        loop.call_soon(note, 'soon from a')
    if name == 'last':
        loop.stop()


loop.call_at(30 * MS, note, 'last')
for name in 'abcde':
    loop.call_at(20 * MS, note, name)
loop.call_later(20 * MS, note, 'later, same moment')
loop.call_at(10 * MS, lambda: loop.call_later(10 * MS, note, 'made at 10 for 20'))
loop.run_forever()
loop.close()
