"""concurrent.futures in the benchmarks of executors: `futures.py WORKLOAD [DIVISOR]`."""

import collections
import concurrent.futures
import functools
import sys
import time

sys.dont_write_bytecode = True
import common  # noqa: E402
from common import count, identity, pin  # noqa: E402

threads = concurrent.futures.ThreadPoolExecutor
processes = concurrent.futures.ProcessPoolExecutor


def trips(kind, full, name):
    with kind(1, initializer=pin, initargs=(0,)) as pool:
        pool.submit(identity, 0).result()
        pin(1)
        for run in range(common.RUNS + 1):
            samples = []
            for number in range(count(full)):
                start = time.perf_counter_ns()
                answer = pool.submit(identity, number).result()
                samples.append(time.perf_counter_ns() - start)
                common.check(answer == number, "a result")
            if run:
                common.show_p50(name, samples)


def flow_once(pool, jobs):
    """Takes the oldest result and submits one more, a thousand in flight; the sum."""
    flying, total = collections.deque(), 0
    for number in range(jobs):
        if len(flying) == common.IN_FLIGHT:
            total += flying.popleft().result()
        flying.append(pool.submit(identity, number))
    return total + sum(job.result() for job in flying)


def flow(kind, full, name):
    jobs = count(full)
    with kind(common.workers(name), initializer=pin, initargs=(0,)) as pool:
        pool.submit(identity, 0).result()
        pin(1)
        for run in range(common.RUNS + 1):
            clock = common.Clock()
            total = flow_once(pool, jobs)
            clock.stop()
            if run:
                clock.show(name, jobs)
            common.check(total == jobs * (jobs - 1) // 2, "the sum of the results")


def map_all(kind, name, **chunks):
    common.calibrate()
    jobs = count(1000) * common.cpus()
    with kind(common.cpus()) as pool:
        for run in range(common.RUNS + 1):
            results, alone = common.spin_alone()
            start = time.perf_counter_ns()
            answers = list(pool.map(common.spin_job, range(jobs), **chunks))
            elapsed = time.perf_counter_ns() - start
            wanted = [results[job % common.SEEDS] for job in range(jobs)]
            common.check(answers == wanted, "a result")
            if run:
                common.show(f"{name}.alone", alone / 1e3, "us")
                common.show(name, alone * jobs / common.cpus() / elapsed, "of-ideal")


def add(name, function, *arguments, **more):
    common.workloads[name] = functools.partial(function, *arguments, **more)


for where in ("same", "other", "free"):
    add(f"trip_{where}", trips, threads, 5_000)
    add(f"process_trip_{where}", trips, processes, 2_000)
add("flow_1", flow, threads, 50_000)
add("flow_all", flow, threads, 50_000)
add("process_flow_all", flow, processes, 10_000)
add("map_threads", map_all, threads)
# Many at a time, as its documentation advises for long inputs.
add("map_processes", map_all, processes, chunksize=20)

if __name__ == "__main__":
    sys.exit(common.main())
