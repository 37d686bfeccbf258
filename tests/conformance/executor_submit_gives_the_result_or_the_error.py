"""submit gives a future with what the function returned, or the error it raised and its text."""
from common.jobs import fail, pool, result, state, twice
from vtime import reason, say

executor = pool(2)
good = executor.submit(twice, 21)
bad = executor.submit(fail, 'the disk is full')
say(f'good: {result(good)}')
say(f'bad: {result(bad)}, {reason(bad.exception())}')
say(f'good is {state(good)}, bad is {state(bad)}')
say(f'again: {result(good)} {result(bad)}')
executor.shutdown()
