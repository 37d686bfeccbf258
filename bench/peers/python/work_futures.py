"""concurrent.futures in the benchmarks of executors: `work_futures.py WORKLOAD [DIVISOR]`."""

import collections
import concurrent.futures
import sys
import time

sys.dont_write_bytecode = True
import frame  # noqa: E402
import work  # noqa: E402
from frame import RUNS, count, pin, show_p50  # noqa: E402
from work import check, identity  # noqa: E402

threads = concurrent.futures.ThreadPoolExecutor
processes = concurrent.futures.ProcessPoolExecutor


def trips(kind, full, name):
    with kind(1, initializer=pin, initargs=(0,)) as pool:
        pool.submit(identity, 0).result()
        pin(1)
        for run in range(RUNS + 1):
            samples = []
            for number in range(count(full)):
                start = time.perf_counter_ns()
                answer = pool.submit(identity, number).result()
                samples.append(time.perf_counter_ns() - start)
                check(answer == number, "a result")
            if run:
                show_p50(name, samples)


def flow_once(pool, jobs):
    """Takes the oldest result and submits one more, a thousand in flight; the sum."""
    flying, total = collections.deque(), 0
    for number in range(jobs):
        if len(flying) == work.IN_FLIGHT:
            total += flying.popleft().result()
        flying.append(pool.submit(identity, number))
    return total + sum(job.result() for job in flying)


def flow(kind, full, name):
    jobs = count(full)
    with kind(work.workers(name), initializer=pin, initargs=(0,)) as pool:
        pool.submit(identity, 0).result()
        pin(1)
        for run in range(RUNS + 1):
            clock = work.Clock()
            total = flow_once(pool, jobs)
            clock.stop()
            if run:
                clock.show(name, jobs)
            check(total == jobs * (jobs - 1) // 2, "the sum of the results")


def map_all(kind, name, **chunks):
    work.calibrate()
    jobs = count(1000) * work.cpus()
    with kind(work.cpus()) as pool:
        for run in range(RUNS + 1):
            results, alone = work.spin_alone()
            start = time.perf_counter_ns()
            answers = list(pool.map(work.spin_job, range(jobs), **chunks))
            elapsed = time.perf_counter_ns() - start
            wanted = [results[job % work.SEEDS] for job in range(jobs)]
            check(answers == wanted, "a result")
            if run:
                frame.show(f"{name}.alone", alone / 1e3, "us")
                frame.show(name, alone * jobs / work.cpus() / elapsed, "of-ideal")


for where in ("same", "other", "free"):
    frame.add(f"trip_{where}", trips, threads, 5_000)
    frame.add(f"process_trip_{where}", trips, processes, 2_000)
frame.add("flow_1", flow, threads, 50_000)
frame.add("flow_all", flow, threads, 50_000)
frame.add("process_flow_all", flow, processes, 10_000)
frame.add("map_threads", map_all, threads)
# Many at a time, as its documentation advises for long inputs.
frame.add("map_processes", map_all, processes, chunksize=20)

if __name__ == "__main__":
    sys.exit(frame.main(sys.argv[1:]))
