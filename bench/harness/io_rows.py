"""What is measured of input and output: the rows, in the order in which they are printed. Each has
two figures: operations a second, by its key, and CPU time per operation, by its key and `.cpu`."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    key: str
    title: str
    workload: str  # what the program is asked for: "serve", or the key
    goal: float  # coil's operations a second, as a part of what the best bare program does
    best_of_all: bool = False  # the goal is a part of the best of all others instead

    @property
    def served(self):
        """It is a server, and the load is another program's."""
        return self.workload == "serve"


def served(key, title, goal, **more):
    return Row(key, title, "serve", goal, **more)


ECHO = [
    served("echo_1", "1 connection", 0.98),
    served("echo_64", "64 connections", 0.97),
    served("echo_1000", "1,000 connections", 0.97),
    served("echo_64x64", "64 connections, 64 deep", 1, best_of_all=True),
    served("echo_100k", "100 KiB, 16 connections", 0.97),
    served("accept", "connect, a byte, reset", 0.97),
]

READS = [
    Row("cached_1", "cached, 1 at a time", "cached_1", 0.97),
    Row("cached_64", "cached, 64 at a time", "cached_64", 0.97),
    Row("direct_1", "O_DIRECT, 1 at a time", "direct_1", 0.97),
    Row("direct_64", "O_DIRECT, 64 at a time", "direct_64", 0.97),
]

PROCESSES = [Row("spawn", "/bin/true, one after the other", "spawn", 0.97)]

TABLES = {
    "Echo over loopback TCP, 1 KiB": ECHO,
    "Random reads of 4 KiB": READS,
    "Processes": PROCESSES,
}


def all_rows():
    return [row for table in TABLES.values() for row in table]
