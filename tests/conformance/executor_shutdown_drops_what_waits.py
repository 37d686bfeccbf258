"""shutdown(cancel_futures=True): what runs ends by itself, what waits never begins."""
from common.jobs import Gate, pool, result
from vtime import say

executor = pool(1)
first, second = Gate('first'), Gate('second')
jobs = [executor.submit(first.job), executor.submit(second.job)]
first.wait_until_begun()
jobs[1].add_done_callback(lambda job: first.let_go())
executor.shutdown(cancel_futures=True)
say(f'first: {result(jobs[0], 0)}')
say(f'second: {result(jobs[1], 0)}')
