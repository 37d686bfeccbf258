"""What the Python programs in the benchmarks of executors share."""

import os
import sys
import time

import frame
from frame import show

IN_FLIGHT = 1000


def cpus():
    return len(os.sched_getaffinity(0))


def workers(name):
    """How many a row wants: those that end in _all one for each CPU, the others one."""
    return cpus() if name.endswith("_all") else 1


def identity(value):
    return value


class Clock:
    """CPU time is this process's; its children's is not in it."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter_ns(), time.process_time_ns()

    def stop(self):
        self.wall = time.perf_counter_ns() - self.wall
        self.cpu = time.process_time_ns() - self.cpu

    def show(self, name, jobs):
        """Jobs a second, and the CPU time of one; once it is stopped."""
        show(name, jobs * 1e3 / self.wall, "M/s")
        show(f"{name}.cpu", self.cpu / jobs, "ns")


def check(is_so, what):
    if not is_so:
        sys.exit(f"wrong: {what}")


def spin(seed, rounds):
    """The job of the rows about all CPUs; the numbers wrap as they do in C."""
    for _ in range(rounds):
        seed = ((seed ^ seed >> 31) * 6364136223846793005 + 1) & 0xFFFFFFFFFFFFFFFF
    return seed


SEEDS = 8
rounds = 1  # of a job; the workers are forked, or threads, and see what calibrate() found


def calibrate():
    """As many rounds as take Python a millisecond: fewer than a compiled program does in it."""
    global rounds
    start = time.process_time_ns()
    spin(1, 100_000)
    rounds = max(1, 10**11 // (time.process_time_ns() - start) // frame.divisor)


def spin_job(job):
    return spin(job % SEEDS, rounds)


def spin_alone():
    """(results by seed, median time) of the same jobs one after the other."""
    results, samples = [0] * SEEDS, []
    for turn in range(25 * SEEDS):
        start = time.perf_counter_ns()
        results[turn % SEEDS] = spin_job(turn)
        samples.append(time.perf_counter_ns() - start)
    return results, sorted(samples)[len(samples) // 2]
