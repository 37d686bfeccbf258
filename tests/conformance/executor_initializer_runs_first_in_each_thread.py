"""The initializer runs in each thread before its first job."""
import threading
from concurrent.futures import ThreadPoolExecutor
from common.jobs import result
from vtime import say

mine = threading.local()
meet = threading.Barrier(3)


def job():
    meet.wait()
    return getattr(mine, 'value', 'nothing')


executor = ThreadPoolExecutor(3, initializer=lambda: setattr(mine, 'value', 'initialized'))
jobs = [executor.submit(job) for _ in range(3)]
say(' '.join(result(each) for each in jobs))
executor.shutdown()
