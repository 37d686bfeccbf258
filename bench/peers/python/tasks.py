"""asyncio's side of the benchmarks of tasks and threads, and uvloop's: `tasks.py [--loop uvloop]
WORKLOAD [DIVISOR]`. bench/README.md says what each row is."""

import asyncio
import functools
import os
import random
import sys
import threading
import time

sys.dont_write_bytecode = True
import frame  # noqa: E402
from frame import RUNS, count, pin, show, workloads  # noqa: E402

HOUR = 3600.0


def memory():
    """Bytes the process really holds: resident pages, and the page tables that map them."""
    with open("/proc/self/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return 1024 * sum(int(fields[name].split()[0]) for name in ("VmRSS", "VmPTE"))


def workload(function):
    workloads[function.__name__] = lambda _name: function()
    return function


def per_op(full, runs=RUNS, clock=time.perf_counter_ns, warm_up=1):
    """Makes a workload of a coroutine that does `ops` operations: nanoseconds for each, once warm.

    `warm_up` is the part of the operations that goes before.
    """

    def decorate(body):
        async def measure():
            ops = count(full)
            await body(max(1, int(ops * warm_up)))
            for _ in range(runs):
                start = clock()
                elapsed = await body(ops)
                if elapsed is None:
                    elapsed = clock() - start
                show(body.__name__, elapsed / ops, "ns")

        @functools.wraps(body)
        def run():
            frame.run(measure())

        return workload(run)

    return decorate


# ---- tasks ----


async def yielder(times):
    for _ in range(times):
        await asyncio.sleep(0)


async def yield_many(tasks, ops):
    await asyncio.gather(*(yielder(ops // tasks) for _ in range(tasks)))


@per_op(200_000)
async def yield_2(ops):
    await yield_many(2, ops)


@per_op(200_000)
async def yield_1000(ops):
    await yield_many(min(1000, ops), ops)


async def nothing():
    pass


@per_op(50_000)
async def spawn_await(ops):
    for _ in range(ops):
        await asyncio.create_task(nothing())


@per_op(100_000)
async def spawn_join_100k(ops):
    for task in [asyncio.create_task(nothing()) for _ in range(ops)]:
        await task


@per_op(50_000)
async def future_trip(ops):
    """Two tasks; every message is a future made for it, which carries the next one back."""
    loop = asyncio.get_running_loop()

    async def answer(request):
        for _ in range(ops):
            reply = await request
            request = loop.create_future()
            reply.set_result(request)

    request = loop.create_future()
    peer = asyncio.create_task(answer(request))
    for _ in range(ops):
        reply = loop.create_future()
        request.set_result(reply)
        request = await reply
    await peer


@per_op(50_000)
async def event_trip(ops):
    there, back = asyncio.Event(), asyncio.Event()

    async def answer():
        for _ in range(ops):
            await there.wait()
            there.clear()
            back.set()

    peer = asyncio.create_task(answer())
    for _ in range(ops):
        there.set()
        await back.wait()
        back.clear()
    await peer


@per_op(50_000)
async def queue_trip(ops):
    there, back = asyncio.Queue(1), asyncio.Queue(1)

    async def answer():
        for _ in range(ops):
            await back.put(await there.get())

    peer = asyncio.create_task(answer())
    for number in range(ops):
        await there.put(number)
        await back.get()
    await peer


@per_op(10_000)
async def gather_10k(ops):
    await asyncio.gather(*(yielder(1) for _ in range(ops)))


# ---- timers ----


def pending_timers(loop, number):
    return [loop.call_later(random.uniform(100, HOUR), nothing) for _ in range(number)]


@per_op(100_000)
async def timer_churn(ops):
    """The loop turns once in a thousand, so that a lazy cancel pays its debt inside the clock."""
    loop = asyncio.get_running_loop()
    timers = pending_timers(loop, 10_000)
    delays = [random.uniform(100, HOUR) for _ in range(1000)]
    start = time.perf_counter_ns()
    for done in range(0, ops, 1000):
        for delay in delays[: ops - done]:
            loop.call_later(delay, nothing).cancel()
        await asyncio.sleep(0)
    elapsed = time.perf_counter_ns() - start
    for timer in timers:
        timer.cancel()
    return elapsed


@per_op(10_000, runs=10)
async def timer_cancel(ops):
    timers = pending_timers(asyncio.get_running_loop(), ops)
    random.shuffle(timers)
    start = time.perf_counter_ns()
    for done in range(0, ops, 1000):
        for timer in timers[done : done + 1000]:
            timer.cancel()
        await asyncio.sleep(0)
    return time.perf_counter_ns() - start


@per_op(50_000)
async def timeout_yield(ops):
    for _ in range(ops):
        async with asyncio.timeout(HOUR):
            await asyncio.sleep(0)


@per_op(1_000_000, runs=1, clock=time.process_time_ns, warm_up=0.1)
async def sleep_1m(ops):
    tasks = [asyncio.create_task(asyncio.sleep(random.random())) for _ in range(ops)]
    for task in tasks:
        await task


async def parker():
    await asyncio.sleep(HOUR)


@workload
def park_1m():
    """Cold, as memory is what it is about: only a thousand tasks come before it."""

    async def measure():
        tasks = [asyncio.create_task(parker()) for _ in range(1000)]
        await asyncio.sleep(0)
        tasks.clear()
        number = count(1_000_000)
        before = memory()
        start = time.perf_counter_ns()
        for _ in range(number):
            tasks.append(asyncio.create_task(parker()))
        await asyncio.sleep(0)
        elapsed = time.perf_counter_ns() - start
        show("park_1m", elapsed / number, "ns")
        show("park_bytes", (memory() - before) / number, "bytes")
        os._exit(0)

    frame.run(measure())


# ---- from another thread ----


class LoopThread:
    """A loop that runs in a thread of its own, on the first of the CPUs given."""

    def __enter__(self):
        self.loop = frame.new_loop()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self.loop

    def run(self):
        if os.environ.get("BENCH_CPUS"):
            pin(0)
        self.loop.run_forever()

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


async def identity(value):
    return value


def submit_trips(name):
    pin(1)
    with LoopThread() as loop:
        for run in range(RUNS + 1):
            samples = []
            for number in range(count(5_000)):
                start = time.perf_counter_ns()
                asyncio.run_coroutine_threadsafe(identity(number), loop).result()
                samples.append(time.perf_counter_ns() - start)
            if run:
                frame.show_p50(name, samples)


workloads.update(submit_same=submit_trips, submit_other=submit_trips)


def post_from(producers, name):
    """Plain functions, each run once; from the first post until the last has run."""
    ops = count(200_000) // producers * producers
    ran = 0
    everything = threading.Event()

    def called():
        nonlocal ran
        ran += 1
        if ran == ops:
            everything.set()

    def produce(index):
        pin(index)
        for _ in range(ops // producers):
            loop.call_soon_threadsafe(called)

    with LoopThread() as loop:
        for run in range(RUNS + 1):
            ran = 0
            everything.clear()
            threads = [threading.Thread(target=produce, args=(1 + i,)) for i in range(producers)]
            start = time.perf_counter_ns()
            for thread in threads:
                thread.start()
            everything.wait()
            if run:
                show(name, ops * 1e3 / (time.perf_counter_ns() - start), "M/s")
            for thread in threads:
                thread.join()


for number in (1, 2):
    workloads[f"post_{number}"] = functools.partial(post_from, number)


@workload
def submit_1():
    """Whole coroutines with their results, a thousand at a time."""
    pin(1)
    with LoopThread() as loop:
        for run in range(RUNS + 1):
            batches = count(50)
            start = time.perf_counter_ns()
            for _ in range(batches):
                jobs = [asyncio.run_coroutine_threadsafe(identity(i), loop) for i in range(1000)]
                for job in jobs:
                    job.result()
            if run:
                show("submit_1", batches * 1e6 / (time.perf_counter_ns() - start), "M/s")


if __name__ == "__main__":
    sys.exit(frame.main(frame.take_loop(sys.argv[1:])))
