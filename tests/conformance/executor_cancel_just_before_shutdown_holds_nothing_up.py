"""A job that is cancelled just before the shutdown, running or not, is waited for as the others are."""
from common.jobs import Gate, pool, result, twice
from vtime import say

executor = pool(1)
say(f'one: {result(executor.submit(twice, 1))}')
gate = Gate('gate')
runs, waits, last = executor.submit(gate.job), executor.submit(twice, 2), executor.submit(twice, 3)
gate.wait_until_begun()
runs.cancel()
waits.cancel()
waits.add_done_callback(lambda job: gate.let_go())
executor.shutdown()
say(f'runs: {result(runs, 0)}')
say(f'waits: {result(waits, 0)}')
say(f'last: {result(last, 0)}')
