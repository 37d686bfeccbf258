"""What the Python programs of the benchmarks share: `PROGRAM list`, `PROGRAM WORKLOAD [DIVISOR]`
prints `name value unit` per measured run."""

import asyncio
import functools
import os
import sys

RUNS = 3
divisor = 1
new_loop = asyncio.new_event_loop
workloads = {}  # by name; called with it


def add(name, function, *arguments, **more):
    """Another workload: the function, called with the name and these."""
    workloads[name] = functools.partial(function, *arguments, **more)


def count(full):
    return max(1, full // divisor)


def show(name, value, unit):
    print(f"{name} {value:.4g} {unit}", flush=True)


def show_p50(name, samples):
    show(name, sorted(samples)[len(samples) // 2] / 1e3, "us")


def pin(index):
    """Puts the calling thread on the index-th CPU of BENCH_CPUS."""
    cpus = [int(cpu) for cpu in os.environ.get("BENCH_CPUS", "").split(",") if cpu]
    if cpus:
        os.sched_setaffinity(0, {cpus[index % len(cpus)]})


def run(coroutine):
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(coroutine)


def take_loop(arguments):
    """What follows `--loop uvloop`, after which its loops are used instead of asyncio's."""
    global new_loop
    if arguments[:2] != ["--loop", "uvloop"]:
        return arguments
    import uvloop

    new_loop = uvloop.new_event_loop
    return arguments[2:]


def main(arguments):
    """Runs the workload that the arguments name, or lists them."""
    global divisor
    if not arguments or arguments[0] == "list":
        print("\n".join(workloads))
        return 0
    if arguments[0] not in workloads:
        print(f"no workload called {arguments[0]!r}; 'list' shows them", file=sys.stderr)
        return 2
    divisor = max(1, int(arguments[1])) if len(arguments) > 1 else 1
    workloads[arguments[0]](arguments[0])
    return 0
