"""A job that waits for a thread is cancelled at once and never runs; the others are."""
from common.jobs import Gate, pool, result, state
from vtime import say

executor = pool(1)
first, second, third = Gate('first'), Gate('second'), Gate('third')
jobs = [executor.submit(gate.job) for gate in (first, second, third)]
first.wait_until_begun()
say(f"states: {' '.join(state(job) for job in jobs)}")
say(f'cancel: {jobs[1].cancel()}, cancelled: {jobs[1].cancelled()}, it is {state(jobs[1])}')
say(f'second: {result(jobs[1])}')
say(f'cancel again: {jobs[1].cancelled()}')
first.let_go()
third.wait_until_begun()
third.let_go()
say(f'first: {result(jobs[0])}')
say(f'third: {result(jobs[2])}')
say(f'cancelling one that is done: {jobs[0].cancel()}')
executor.shutdown()
