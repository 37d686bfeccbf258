"""Who takes part in the benchmarks of executors."""

import harness.programs as programs
from harness.programs import BENCH, C_FLAGS, Program, newest_python, output

WORK = BENCH / "work"

NO_POOL = {key: "no process pool" for key in (
    "process_flow_all", "loop_process_flow_all", "map_processes",
    *(f"{kind}_trip_{place}" for kind in ("process", "loop_process")
      for place in ("same", "other", "free")))}
FROM_LOOPS = "asks from a loop only"
FROM_THREADS = "asks from threads only; asyncio and uvloop ask it from a loop"


class Side:
    sources = WORK / "peers"
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
    absent = {"*": FROM_THREADS, **{f"batch_{kind}_{which}": "no loops" for kind in
                                    ("yield", "sleep") for which in ("1", "2", "ratio")}}

    def build(self, where):
        version, python = newest_python()
        self.command = [python, str(self.sources / "futures.py")]
        self.version = "CPython " + ".".join(map(str, version))


ASYNCIO_ABSENT = {"map_threads": "no map of its own", "map_processes": "no map of its own",
                  "*": FROM_LOOPS}


class Asyncio(Side, programs.Asyncio):
    absent = ASYNCIO_ABSENT


class Uvloop(Side, programs.Uvloop):
    absent = ASYNCIO_ABSENT


class Libuv(Side, programs.Libuv):
    absent = {**NO_POOL, **{f"batch_{kind}_{which}": "no coroutines" for kind in
                            ("yield", "sleep") for which in ("1", "2", "ratio")},
              "*": FROM_LOOPS}


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
