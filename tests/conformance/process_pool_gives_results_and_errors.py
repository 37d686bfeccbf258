"""ProcessPoolExecutor: values and errors travel between processes; a job runs in none but a worker."""
import errno
import os
from concurrent.futures import ProcessPoolExecutor
from common.jobs import result
from vtime import failure, reason, say


def upper(text):
    return text.upper()


def refuse(text):
    raise failure(errno.EACCES, text)


def where(parent):
    return int(os.getpid() != parent)


executor = ProcessPoolExecutor(2)
jobs = [executor.submit(upper, 'loud'), executor.submit(refuse, 'no entry'), executor.submit(where, os.getpid())]
say(f'upper: {result(jobs[0])}')
say(f'refuse: {result(jobs[1])}, {reason(jobs[1].exception())}')
say(f'in a worker: {result(jobs[2])}')
say(f"map: {' '.join(executor.map(upper, ['a', 'b', 'c']))}")
executor.shutdown()
say('shut down')
