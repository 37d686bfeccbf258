"""wait with a timeout tells what is done, and cancels nothing."""
import concurrent.futures
from common.jobs import Gate, pool, result, state, twice
from vtime import say

executor = pool(2)
gate = Gate('gate')
jobs = [executor.submit(gate.job), executor.submit(twice, 2)]
gate.wait_until_begun()
result(jobs[1])
done = concurrent.futures.wait(jobs, timeout=0.01).done
say(f"done: {len(done)}: {' '.join(state(job) for job in jobs)}")
gate.let_go()
say(f'later: {result(jobs[0])}')
executor.shutdown()
