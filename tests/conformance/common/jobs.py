"""What the jobs of executors' triples do: they work, fail, or wait at a gate, and tell of it.

jobs.c has the same functions under the same names.
"""

import concurrent.futures
import errno
import threading

from vtime import failure, say, told


def pool(threads):
    return concurrent.futures.ThreadPoolExecutor(threads)


def twice(number):
    return number * 2


def fail(name):
    raise failure(errno.EIO, name)


class Gate:
    """A job that tells when it has begun, and goes on when it is let go."""

    def __init__(self, name):
        self.name = name
        self.begun, self.free = threading.Semaphore(0), threading.Semaphore(0)

    def job(self):
        say(f'{self.name} begins')
        self.begun.release()
        self.free.acquire()
        return self.name

    def wait_until_begun(self):
        self.begun.acquire()

    def let_go(self):
        self.free.release()


def result(future, timeout=None):
    """How it ended, waited for."""
    try:
        return told(future.result(timeout))
    except concurrent.futures.CancelledError:
        return 'ECANCELED'
    except concurrent.futures.TimeoutError:
        return 'ETIMEDOUT'
    except BaseException as error:
        return told(error)


def state(future):
    if future.done():
        return 'done'
    return 'running' if future.running() else 'pending'


def wait_for_three(condition):
    """A wait for one job that waits at a gate, one that has ended and one that has failed. The gate is
    opened before it if all are waited for, else after it."""
    executor = pool(4)
    gate = Gate('gate')
    jobs = [executor.submit(gate.job), executor.submit(twice, 2)]
    gate.wait_until_begun()
    concurrent.futures.wait(jobs[1:])
    jobs.append(executor.submit(fail, 'bad'))
    concurrent.futures.wait(jobs[2:])
    if condition == concurrent.futures.ALL_COMPLETED:
        gate.let_go()
    done = concurrent.futures.wait(jobs, return_when=condition).done
    say(f"done: {len(done)}: {' '.join(state(job) for job in jobs)}")
    gate.let_go()
    executor.shutdown()
