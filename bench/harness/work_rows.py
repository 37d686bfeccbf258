"""What is measured of executors: the rows, in the order in which they are printed."""

import dataclasses

from harness import rows

GOROUTINE = "a goroutine, which stays on the caller's thread: shown, not compared"


@dataclasses.dataclass(frozen=True)
class Row(rows.Row):
    def workload_for(self, program):
        return self.workload or self.key


PLACES = {"same": ("one", "same CPU"), "other": ("two", "other CPU"),
          "free": ("any", "where the kernel puts them")}


def trips(key, title, goal, raw, also=None, **more):
    """There and back on one CPU, on two, and unpinned."""
    return [Row(f"{key}_{place}", f"{title}, {where}, p50", "us", goal if not isinstance(goal, dict)
                else goal[place], f"{raw}_{place}", f"{also}_{place}" if also else "", cpus, **more)
            for place, (cpus, where) in PLACES.items()]


def flow(key, title, goal, cpus="any", raw="", whose="asker and workers"):
    """Jobs a second and, by another name, what one takes of the CPUs' time: on a machine that others
    use too, the figure to trust."""
    return [Row(key, title, "M/s", goal, raw, cpus=cpus),
            Row(f"{key}.cpu", f"CPU time of one, {whose}", "ns", None, raw and f"{raw}.cpu",
                cpus=cpus, workload=key)]


# The goal is for a parked worker on this kind of machine; where it has to be fetched from the
# sleep of another CPU, the wake-ups alone take longer.
TRIP_GOALS = {"same": 12, "other": None, "free": 12}

THREADS = [
    *trips("trip", "there and back, asked by a thread", TRIP_GOALS, "thread",
           apart={"Go": GOROUTINE}),
    *trips("loop_trip", "the same, asked by a loop", TRIP_GOALS, "thread"),
    *flow("flow_1", "1,000 in flight, a thread and one worker", 6, "two"),
    *flow("flow_all", "the same, a worker for each CPU", 6),
    *flow("loop_flow_1", "the same, a loop and one worker", 6, "two"),
    *flow("loop_flow_all", "the same, a loop and a worker for each CPU", 6),
]

PROCESSES = [
    *trips("process_trip", "there and back, asked by a thread", 2, "pipe", "futex",
           goal_of_raw=True),
    *trips("loop_process_trip", "the same, asked by a loop", 2, "pipe", "futex", goal_of_raw=True),
    *flow("process_flow_all", "1,000 in flight, a thread and a worker for each CPU", None,
          raw="pipe_flow", whose="asker only"),
    *flow("loop_process_flow_all", "the same, a loop and a worker for each CPU", None,
          raw="pipe_flow", whose="asker only"),
]



def mapped(key, title):
    return [Row(key, title, "of ideal", 0.95, "shared_out", cpus="any"),
            Row(f"{key}.alone", "one such job alone", "us", None, "shared_out.alone", cpus="any",
                workload=key)]


MAP = [*mapped("map_threads", "map on threads"), *mapped("map_processes", "map in processes")]


def batch(key, title):
    def row(suffix, what, unit, goal=None, raw=""):
        return Row(f"{key}_{suffix}", what, unit, goal, raw, cpus="any", workload=key)

    return [row("1", f"{title}, one loop", "M/s"), row("1.cpu", "CPU time of one", "ns"),
            row("2", "the same, two loops", "M/s"), row("2.cpu", "CPU time of one", "ns"),
            row("ratio", "two loops / one", "×", 1.9, "two_beside_one")]


BATCHES = [*batch("batch_yield", "each yields 10 times"), *batch("batch_sleep", "each sleeps 1 ms")]

TABLES = {
    "An empty job on a thread": THREADS,
    "An empty job in a process": PROCESSES,
    "A job of 1 ms on all CPUs": MAP,
    "100,000 coroutines": BATCHES,
}

# The primitives of work/raw.c, and what each is.
RAW = {
    "thread_same": "wake-up round trip of two threads by futex, same CPU, p50 µs",
    "thread_other": "the same, other CPU, p50 µs",
    "thread_free": "the same, where the kernel puts them, p50 µs",
    "pipe_same": "round trip of two processes by pipes, same CPU, p50 µs",
    "pipe_other": "the same, other CPU, p50 µs",
    "pipe_free": "the same, where the kernel puts them, p50 µs",
    "futex_same": "the same by futexes in shared memory, same CPU, p50 µs",
    "futex_other": "the same, other CPU, p50 µs",
    "futex_free": "the same, where the kernel puts them, p50 µs",
    "pipe_flow": "numbers through a process and back by pipes, 1,000 in flight, million/s",
    "pipe_flow.cpu": "CPU time of the asker for one of them, ns",
    "shared_out": "jobs of 1 ms shared out beforehand to a thread for each CPU, part of the ideal",
    "shared_out.alone": "one such job alone, µs",
    "two_beside_one": "two threads that sort beside one, ×",
    "calibrate": "rounds of that job",
}


def raw_cpus(name):
    place = name.rpartition("_")[2]
    return PLACES[place][0] if place in PLACES else "any"


def all_rows():
    return [row for table in TABLES.values() for row in table]
