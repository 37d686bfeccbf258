"""asyncio's side of the I/O benchmarks, and uvloop's: `io_aio.py [--loop uvloop] [--protocol]
WORKLOAD`.

With --protocol it serves by a protocol's callbacks instead of by streams.
"""

import asyncio
import concurrent.futures
import mmap
import os
import random
import resource
import sys
import time

sys.dont_write_bytecode = True
import frame  # noqa: E402

CHUNK = 64 * 1024
PAGE = 4096
BACKLOG = 1024
STRIDE = 16  # operations between looks at the clock


class Span:
    """Counts operations for $BENCH_SECONDS, after a quarter of it to warm up, and prints how many
    there were in a second and what CPU time this process took for one."""

    def __init__(self, name):
        seconds = float(os.environ.get("BENCH_SECONDS", "1"))
        self.name, self.count, self.began = name, 0, None
        self.begin = time.monotonic() + seconds / 4
        self.end = self.begin + seconds

    @staticmethod
    def cpu():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    def add(self):
        """One more. When the time is up it prints, and ends the process."""
        self.count += 1
        if self.count % STRIDE:
            return
        now = time.monotonic()
        if self.began is None and now >= self.begin:
            self.began, self.began_cpu, self.count = now, self.cpu(), 0
        if now >= self.end and self.count:
            rate = self.count / 1e3 / (now - self.began)
            print(f"{self.name} {rate:.4g} k/s")
            print(f"{self.name}.cpu {(self.cpu() - self.began_cpu) * 1e6 / self.count:.4g} us")
            sys.stdout.flush()
            os._exit(0)


# ---- echo ----


async def echo(reader, writer):
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


async def serve_with(make):
    """Both loops set TCP_NODELAY by themselves."""
    server = await make
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def serve(_name):
    await serve_with(asyncio.start_server(echo, "127.0.0.1", 0, backlog=BACKLOG))


async def serve_protocol(_name):
    loop = asyncio.get_running_loop()
    await serve_with(loop.create_server(Echo, "127.0.0.1", 0, backlog=BACKLOG))


# ---- files: asyncio has none, so threads ----


async def read_pages(descriptor, pages, span):
    loop = asyncio.get_running_loop()
    memory = mmap.mmap(-1, PAGE)  # aligned, as O_DIRECT wants it
    while True:
        page = random.randrange(pages)
        got = await loop.run_in_executor(None, os.preadv, descriptor, [memory], page * PAGE)
        assert got == PAGE and int.from_bytes(memory[:8], "little") == page, "the page asked for"
        span.add()


async def read(name):
    kind, depth = name.split("_")
    flags = os.O_RDONLY | (os.O_DIRECT if kind == "direct" else 0)
    descriptor = os.open(os.environ["BENCH_FILE"], flags)
    pages = os.fstat(descriptor).st_size // PAGE
    if name == "direct_64":  # the default, of a few threads, starves a disk
        pool = concurrent.futures.ThreadPoolExecutor(64)
        asyncio.get_running_loop().set_default_executor(pool)
    span = Span(name)
    await asyncio.gather(*(read_pages(descriptor, pages, span) for _ in range(int(depth))))


# ---- processes ----


async def spawn(name):
    span = Span(name)
    while True:
        process = await asyncio.create_subprocess_exec("/bin/true")
        assert await process.wait() == 0
        span.add()


def add(name, coroutine):
    frame.workloads[name] = lambda name: frame.run(coroutine(name))


def main(arguments):
    arguments = frame.take_loop(arguments)
    if arguments[:1] == ["--protocol"]:
        add("serve", serve_protocol)
        return frame.main(arguments[1:])
    add("serve", serve)
    add("spawn", spawn)
    for name in ("cached_1", "cached_64", "direct_1", "direct_64"):
        add(name, read)
    return frame.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
