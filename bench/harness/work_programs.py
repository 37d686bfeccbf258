"""Who takes part in the benchmarks of executors."""

import harness.programs as programs
from harness import work_rows
from harness.programs import BENCH, C_FLAGS, PEERS, Program, newest_python, output

WORK = BENCH / "work"


def absent(rows, reason):
    return {row.key: reason for row in rows}


NO_POOL = absent([*work_rows.PROCESSES, *work_rows.MAP[2:]], "no process pool")
NO_COROUTINES = absent(work_rows.BATCHES, "no coroutines")
NO_LOOPS = absent(work_rows.BATCHES, "no loops")
NO_MAP = absent(work_rows.MAP, "no map of its own")
FROM_LOOPS = "asks from a loop only"
FROM_THREADS = "asks from threads only; asyncio and uvloop ask it from a loop"


class Side:
    sources = WORK / "peers"
    part = "work"
    script = "work_aio.py"
    suffix = "-work"


class Raw(Program):
    name = "raw"

    def build(self, where):
        binary = where / "raw-work"
        output("cc", *C_FLAGS, "-o", binary, WORK / "raw.c", "-lpthread")
        self.command = [str(binary)]
        self.version = output("cc", "--version").splitlines()[0]


class Coil(Side, programs.Coil):
    binary = "coil-work-bench"


class Futures(Side, Program):
    """The standard library's own pools."""

    name = "concurrent.futures"
    absent = {**NO_LOOPS, "*": FROM_THREADS}

    def build(self, where):
        version, python = newest_python()
        self.command = [python, str(PEERS / "python" / "work_futures.py")]
        self.version = "CPython " + ".".join(map(str, version))


class Asyncio(Side, programs.Asyncio):
    absent = {**NO_MAP, "*": FROM_LOOPS}


class Uvloop(Side, programs.Uvloop):
    absent = {**NO_MAP, "*": FROM_LOOPS}


class Libuv(Side, programs.Libuv):
    absent = {**NO_POOL, **NO_COROUTINES, "*": FROM_LOOPS}


class Asio(Side, programs.Asio):
    absent = NO_POOL


class Go(Side, programs.Go):
    """A job is a goroutine."""

    absent = {**NO_POOL, "trip_other": "a goroutine stays on the caller's thread",
              "*": "no loops"}


class GoLocked(Go):
    """A job goes through a channel to a worker that holds a thread."""

    name = "Go locked"
    absent = {**NO_POOL, "*": "no loops"}

    def build(self, where):
        super().build(where)
        self.command.append("--locked")
        self.version += ", workers under LockOSThread"


class Tokio(Side, programs.Tokio):
    absent = NO_POOL

    def build(self, where):
        super().build(where)
        self.version = self.version.replace("current-thread runtime",
                                            "spawn_blocking; batches: multi-thread runtime")


PROGRAMS = [Raw, Coil, Futures, Asyncio, Uvloop, Libuv, Asio, Go, GoLocked, Tokio]
