"""asyncio, and uvloop, in the benchmarks of executors: `work_aio.py [--loop uvloop] WORKLOAD
[DIVISOR]`."""

import asyncio
import concurrent.futures
import sys
import threading
import time

sys.dont_write_bytecode = True
import frame  # noqa: E402
import work  # noqa: E402
from frame import RUNS, count, pin, show_p50  # noqa: E402
from work import check, identity  # noqa: E402

threads = concurrent.futures.ThreadPoolExecutor
processes = concurrent.futures.ProcessPoolExecutor


# ---- run_in_executor ----


async def trips_once(pool, number):
    loop = asyncio.get_running_loop()
    samples = []
    for i in range(number):
        start = time.perf_counter_ns()
        answer = await loop.run_in_executor(pool, identity, i)
        samples.append(time.perf_counter_ns() - start)
        check(answer == i, "a result")
    return samples


def trips(kind, full, name):
    async def measure(pool):
        for turn in range(RUNS + 1):
            samples = await trips_once(pool, count(full))
            if turn:
                show_p50(name, samples)

    with kind(1, initializer=pin, initargs=(0,)) as pool:
        pool.submit(identity, 0).result()
        pin(1)
        frame.run(measure(pool))


async def flow_once(pool, jobs):
    """A thousand tasks, each with one job at a time; the sum of the results."""
    loop = asyncio.get_running_loop()

    async def one(first):
        total = 0
        for i in range(first, jobs, work.IN_FLIGHT):
            total += await loop.run_in_executor(pool, identity, i)
        return total

    return sum(await asyncio.gather(*map(one, range(work.IN_FLIGHT))))


def flow(kind, full, name):
    jobs = count(full)

    async def measure(pool):
        for turn in range(RUNS + 1):
            clock = work.Clock()
            total = await flow_once(pool, jobs)
            clock.stop()
            if turn:
                clock.show(name, jobs)
            check(total == jobs * (jobs - 1) // 2, "the sum of the results")

    with kind(work.workers(name), initializer=pin, initargs=(0,)) as pool:
        pool.submit(identity, 0).result()
        pin(1)
        frame.run(measure(pool))


# ---- a loop in each of so many threads ----


async def yields(number):
    for _ in range(10):
        await asyncio.sleep(0)
    return number


async def sleeps(number):
    await asyncio.sleep(0.001)
    return number


async def part(fn, numbers):
    return sum(await asyncio.gather(*map(fn, numbers)))


class Loops:
    def __init__(self, number):
        self.loops = [frame.new_loop() for _ in range(number)]
        self.threads = [threading.Thread(target=loop.run_forever) for loop in self.loops]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def batch(self, fn, number):
        step = len(self.loops)
        parts = [asyncio.run_coroutine_threadsafe(part(fn, range(i, number, step)), loop)
                 for i, loop in enumerate(self.loops)]
        return sum(job.result() for job in parts)

    def __exit__(self, *_):
        for loop, thread in zip(self.loops, self.threads):
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


def batch(fn, name):
    number = count(100_000)

    def timed(loops):
        clock = work.Clock()
        total = loops.batch(fn, number)
        clock.stop()
        check(total == number * (number - 1) // 2, "the sum of the results")
        return clock

    with Loops(1) as one, Loops(2) as two:
        for turn in range(RUNS + 1):
            alone, both = timed(one), timed(two)
            if turn:
                alone.show(f"{name}_1", number)
                both.show(f"{name}_2", number)
                frame.show(f"{name}_ratio", alone.wall / both.wall, "times")


for where in ("same", "other", "free"):
    frame.add(f"loop_trip_{where}", trips, threads, 5_000)
    frame.add(f"loop_process_trip_{where}", trips, processes, 2_000)
frame.add("loop_flow_1", flow, threads, 50_000)
frame.add("loop_flow_all", flow, threads, 50_000)
frame.add("loop_process_flow_all", flow, processes, 10_000)
frame.add("batch_yield", batch, yields)
frame.add("batch_sleep", batch, sleeps)

if __name__ == "__main__":
    sys.exit(frame.main(frame.take_loop(sys.argv[1:])))
