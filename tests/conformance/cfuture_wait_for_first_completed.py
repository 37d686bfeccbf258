"""concurrent.futures.wait: FIRST_COMPLETED."""
import concurrent.futures
from common.jobs import Gate, fail, pool, state, twice
from vtime import say

executor = pool(4)
gate = Gate('gate')
jobs = [executor.submit(gate.job), executor.submit(twice, 2)]
gate.wait_until_begun()
concurrent.futures.wait(jobs[1:])
jobs.append(executor.submit(fail, 'bad'))
concurrent.futures.wait(jobs[2:])
# the gate stays closed
done = concurrent.futures.wait(jobs, return_when=concurrent.futures.FIRST_COMPLETED).done
say(f"done: {len(done)}: {' '.join(state(job) for job in jobs)}")
gate.let_go()
executor.shutdown()
