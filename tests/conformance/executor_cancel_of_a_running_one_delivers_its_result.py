"""A function that runs is not stopped by a cancellation: its result comes."""
from common.jobs import Gate, pool, result, state
from vtime import say

executor = pool(1)
gate = Gate('job')
job = executor.submit(gate.job)
gate.wait_until_begun()
job.cancel()
say(f'cancelled: {job.cancelled()}, it is {state(job)}')
say(f'at once: {result(job, 0)}')
gate.let_go()
say(f'in the end: {result(job)}, cancelled: {job.cancelled()}')
executor.shutdown()
