"""What the I/O benchmarks need around a program: a server that runs meanwhile, a file to read."""

import os
import select
import struct
import subprocess

from harness.programs import Skip

PAGE = 4096
PATIENCE = 20  # seconds until a server has said its port


def write_pages(path, size):
    """A file whose every page begins with its own number; it is written once."""
    if path.exists() and path.stat().st_size == size:
        return
    rest = os.urandom(PAGE - 8)
    with open(path, "wb") as file:
        for page in range(size // PAGE):
            file.write(struct.pack("<Q", page) + rest)
        file.flush()
        os.fsync(file.fileno())


class Server:
    """A process that serves; inside of `with` it has said its port."""

    port = ""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.pid = self.process.pid

    def __enter__(self):
        ready = select.select([self.process.stdout], [], [], PATIENCE)[0]
        words = self.process.stdout.readline().split() if ready else []
        if len(words) != 2 or words[0] != "port":
            why = "it did not say its port" if ready else f"no port within {PATIENCE} s"
            raise Skip(f"{why}: {self.end()}")
        self.port = words[1]
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Ends it; what it had to complain of."""
        self.process.terminate()
        try:
            complaint = self.process.communicate(timeout=5)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            complaint = self.process.communicate()[1]
        lines = complaint.strip().splitlines() or ["no message"]
        return lines[-1][:200]
