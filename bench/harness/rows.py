"""What is measured: the rows of the two tables, in the order in which they are printed."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    key: str  # the name coil prints it under
    title: str
    unit: str
    goal: float | None  # for this kind of machine; with goal_of_raw, a multiple of the primitive
    raw: str = ""  # the raw primitive that it is divided by
    also: str = ""  # one more
    cpus: str = "one"  # "one", "two", or "any" for threads that the kernel may place
    workload: str = ""  # the workload that prints it, if not its key
    peer_key: str = ""  # the name the peers print it under, if not its key
    goal_of_raw: bool = False
    apart: dict = dataclasses.field(default_factory=dict)  # program → why it is not compared

    @property
    def more_is_better(self):
        return self.unit in ("M/s", "of ideal", "×")

    @property
    def raws(self):
        return [name for name in (self.raw, self.also) if name]

    def name_for(self, program):
        return self.key if program == "coil" or not self.peer_key else self.peer_key

    def workload_for(self, program):
        """park_bytes is printed by park_1m, so that both speak of the same million tasks."""
        return self.name_for(program).replace("park_bytes", "park_1m")

    def better(self, a, b):
        return a > b if self.more_is_better else a < b

    def times_ahead(self, value, other):
        """By which factor `value` is better than `other`; below 1 it is worse."""
        return value / other if self.more_is_better else other / value


TASKS = [
    Row("yield_2", "yield, 2 tasks", "ns", 8, "switch"),
    Row("yield_1000", "yield, 1,000 tasks", "ns", 13, "switch_1000"),
    Row("spawn_await", "spawn + await, one after the other", "ns", 35, "switch"),
    Row("spawn_join_100k", "spawn 100,000 then join, warm", "ns", 100, "switch"),
    Row("future_trip", "future, one-shot or channel round trip", "ns", 25, "switch"),
    Row("event_trip", "event or notify round trip", "ns", 40, "switch"),
    Row("queue_trip", "queue round trip", "ns", 60, "switch"),
    Row("gather_10k", "gather 10,000 tasks that yield once, per task", "ns", 60, "switch"),
    Row("timer_churn", "timer add + cancel, 10,000 live", "ns", 15),
    Row("timer_cancel", "cancel 1 of 10,000 timers at random", "ns", 30),
    Row("timeout_yield", "timeout around a yield", "ns", 60, "switch"),
    Row("sleep_1m", "1,000,000 tasks sleep 0–1 s, CPU per sleep, stackful", "ns", 2000),
    Row("sleep_1m_stackless", "the same, coil's stackless", "ns", 2000, peer_key="sleep_1m"),
    Row("park_1m", "create a parked task, 1,000,000, stackful", "ns", 2500, "page_fault"),
    Row("park_1m_stackless", "the same, coil's stackless", "ns", 100, peer_key="park_1m"),
    Row("park_bytes", "bytes per parked task, stackful", "bytes", 4300),
    Row("park_bytes_stackless", "the same, coil's stackless", "bytes", 200, peer_key="park_bytes"),
]

THREADS = [
    Row("submit_same", "submit + result, same CPU, p50", "us", 4.9, "wake_same"),
    Row("submit_other", "submit + result, other CPU, parked, p50", "us", 1.1, "wake_other",
        cpus="two", goal_of_raw=True),
    Row("submit_spin", "the same, waiter and loop may spin", "us", 0.3, "spin_other", cpus="two"),
    Row("post_1", "plain functions, 1 producer", "M/s", 10, cpus="two"),
    Row("post_2", "plain functions, 2 producers", "M/s", 15, cpus="any"),
    Row("submit_1", "whole coroutines with a result, 1 producer", "M/s", 5, cpus="two"),
]

TABLES = {"Tasks": TASKS, "From another thread": THREADS}

# The primitives of raw.c, and what each is.
RAW = {
    "switch": "assembly switch between 2 stacks, ns",
    "switch_1000": "the same, round robin over 1,000 stacks, ns",
    "page_fault": "first touch of a page, ns",
    "futex_same": "wake-up round trip by futex, same CPU, p50 µs",
    "futex_other": "the same, other CPU, p50 µs",
    "eventfd_same": "wake-up round trip by eventfd and epoll, same CPU, p50 µs",
    "eventfd_other": "the same, other CPU, p50 µs",
    "wake_same": "there by eventfd and epoll, back by futex, same CPU, p50 µs",
    "wake_other": "the same, other CPU, p50 µs",
    "spin_other": "round trip of two threads that spin, p50 µs",
    "eventfd_write": "eventfd write, ns",
    "clock_gettime": "clock_gettime, ns",
    "getppid": "getppid, the cheapest system call, ns",
    "epoll_wait": "epoll_wait without events or time, ns",
}


def raw_cpus(name):
    return "two" if name.endswith("_other") else "one"


def all_rows():
    return [row for table in TABLES.values() for row in table]
