"""Time does not pass while something is ready, so a timer waits until a chain of callbacks has ended."""
from vtime import MS, new_loop, say

loop = new_loop()


def link(n):
    say(f'link {n}')
    if n < 4:
        loop.call_soon(link, n + 1)


loop.call_later(1 * MS, say, 'timer')
loop.call_later(2 * MS, loop.stop)
loop.call_soon(link, 1)
loop.run_forever()
loop.close()
