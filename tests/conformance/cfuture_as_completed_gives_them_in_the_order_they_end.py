"""concurrent.futures.as_completed: those that are done first, then each as it ends; the timeout is over the whole."""
import concurrent.futures
from common.jobs import Gate, pool, result
from vtime import say

executor = pool(3)
gates = [Gate(name) for name in ('one', 'two', 'three')]
jobs = []
for gate in gates:
    jobs.append(executor.submit(gate.job))
    gate.wait_until_begun()
gates[2].let_go()
result(jobs[2])
iteration = concurrent.futures.as_completed(jobs, timeout=60)
say(f'first: {result(next(iteration))}')
gates[0].let_go()
say(f'second: {result(next(iteration))}')
gates[1].let_go()
say(f'third: {result(next(iteration))}')
say(f"then: {next(iteration, 'no more')}")
executor.shutdown()
