"""as_completed with no time at all: those that are done come, each once; then it times out, and what runs goes on."""
import concurrent.futures
from common.jobs import Gate, fail, pool, result, state, twice
from vtime import say

executor = pool(2)
gate = Gate('gate')
jobs = [executor.submit(twice, 2), executor.submit(fail, 'bad')]
concurrent.futures.wait(jobs)
jobs.append(executor.submit(gate.job))
gate.wait_until_begun()
jobs.append(concurrent.futures.Future())
jobs[3].cancel()
jobs[3].set_running_or_notify_cancel()
came = []
try:
    for job in concurrent.futures.as_completed(jobs, timeout=0):
        came.append(result(job))
except concurrent.futures.TimeoutError:
    say('it times out')
say(f"came: {' '.join(sorted(came))}")
say(f'the last one is {state(jobs[2])}')
gate.let_go()
say(f'it gives {result(jobs[2])}')
executor.shutdown()
