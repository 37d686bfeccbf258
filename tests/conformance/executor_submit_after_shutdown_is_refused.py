"""After shutdown nothing is taken; what was submitted before is done."""
from common.jobs import pool, result, twice
from vtime import say

executor = pool(1)
before = executor.submit(twice, 1)
executor.shutdown()
say(f'before: {result(before)}')
try:
    executor.submit(twice, 2)
except RuntimeError:
    say('after: ESTOPPED')
executor.shutdown()
say('shut down again')
