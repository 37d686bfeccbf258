"""wait: what has failed, ended or been cancelled before counts, and the wait is over at once."""
import concurrent.futures
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, FIRST_EXCEPTION
from common.jobs import Gate, fail, pool, state, twice
from vtime import say


def wait(what, jobs, condition):
    done = concurrent.futures.wait(jobs, timeout=0, return_when=condition).done
    say(f"{what}: {len(done)}: {' '.join(state(job) for job in jobs)}")


executor = pool(1)
ended, bad = executor.submit(twice, 2), executor.submit(fail, 'bad')
concurrent.futures.wait([ended, bad])
gate = Gate('gate')
runs, cancelled = executor.submit(gate.job), concurrent.futures.Future()
gate.wait_until_begun()
cancelled.cancel()
cancelled.set_running_or_notify_cancel()
wait('first', [runs, cancelled], FIRST_COMPLETED)
wait('first exception', [runs, bad], FIRST_EXCEPTION)
wait('first exception', [runs, ended, cancelled], FIRST_EXCEPTION)
wait('all', [ended, bad, cancelled], ALL_COMPLETED)
wait('all', [ended, runs], ALL_COMPLETED)
gate.let_go()
executor.shutdown()
