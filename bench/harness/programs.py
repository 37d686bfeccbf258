"""Who is measured: how each program is built and called, and what it cannot express."""

import glob
import os
import pathlib
import re
import shutil
import subprocess

BENCH = pathlib.Path(__file__).resolve().parent.parent
PEERS = BENCH / "peers"
C_FLAGS = ["-O2", "-std=gnu11", "-D_GNU_SOURCE"]
CXX_FLAGS = ["-O2", "-std=c++20", "-DNDEBUG"]


class Skip(Exception):
    """Why a program cannot take part, in a sentence."""


def output(*command, cwd=None, env=None):
    """What a command prints; Skip with the end of its complaint if it fails."""
    try:
        done = subprocess.run(list(map(str, command)), cwd=cwd, text=True, capture_output=True,
                              env={**os.environ, **(env or {})})
    except OSError as error:
        raise Skip(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
        telling = next((line for line in lines if re.search(r"\berror\b", line, re.I)), lines[-1])
        raise Skip(f"`{command[0]}` failed: {telling.strip()[:200]}")
    return done.stdout.strip()


def unpack(package, where, name):
    """A Debian package, unpacked in a folder of that name below `where` instead of installed."""
    place = where / name
    if not place.exists():
        where.mkdir(parents=True, exist_ok=True)
        output("apt-get", "download", package, cwd=where)
        archive = next(where.glob(f"{package}*.deb"))
        output("dpkg-deb", "-x", archive, place)
        archive.unlink()
    return place


class Program:
    """One competitor: after build(), `command` runs it and `version` says what it is."""

    name = ""
    absent = {}  # row → why it has no figure; "*" speaks for the rest
    command = []
    version = ""
    sources = PEERS  # where the program's own source is
    part = "tasks"  # which of the programs that a folder has for all benchmarks
    script = "tasks.py"  # the same in Python
    suffix = ""  # of what is built of it

    def build(self, where):
        raise NotImplementedError

    def known(self):
        """The workloads the program says it has."""
        return set(output(*self.command, "list").split())

    def why_absent(self, row):
        return self.absent.get(row.key) or self.absent.get("*") or "not written for this peer"


class Coil(Program):
    name = "coil"
    binary = "coil-bench"

    def build(self, where):
        """The library as it is released, with everything in it; only what is not the library
        (tests, examples, the command) is left unbuilt."""
        build = where / "coil"
        setup = ["meson", "setup", build, BENCH.parent, "--buildtype=release", "-Db_lto=true",
                 "-Dc_args=-ffat-lto-objects"]  # as `make install` does
        if (build / "build.ninja").exists():
            setup.append("--reconfigure")
        output(*setup, "-Dtests=false", "-Dexamples=false", "-Dtool=disabled")
        output("ninja", "-C", build, f"bench/{self.binary}")
        self.command = [str(build / "bench" / self.binary)]
        self.version = "release build, static"
        commit = subprocess.run(["git", "-C", BENCH, "describe", "--always", "--dirty"],
                                capture_output=True, text=True)
        if commit.returncode == 0:
            self.version += f", {commit.stdout.strip()}"


class Raw(Program):
    name = "raw"

    def build(self, where):
        binary = where / "raw"
        output("cc", *C_FLAGS, "-o", binary, BENCH / "raw.c", "-lpthread")
        self.command = [str(binary)]
        self.version = output("cc", "--version").splitlines()[0]


NO_SPIN = {"submit_spin": "offers no spinning before it parks"}


def newest_python():
    """The newest CPython on PATH or among pyenv's."""
    found = []
    names = [f"{folder}/python3*" for folder in os.get_exec_path()]
    names.append(os.path.expanduser("~/.pyenv/versions/*/bin/python3"))
    for path in {path for name in names for path in glob.glob(name)}:
        if not re.search(r"/python3(\.\d+)?$", path):
            continue
        try:
            text = output(path, "-c", "import sys, venv; print(*sys.version_info[:3])")
        except Skip:
            continue
        found.append((tuple(map(int, text.split())), path))
    found = [entry for entry in found if entry[0] >= (3, 11)]
    if not found:
        raise Skip("no Python 3.11 or newer with venv on PATH")
    return max(found)


class Asyncio(Program):
    name = "asyncio"
    absent = NO_SPIN

    def build(self, where):
        version, python = newest_python()
        self.command = [python, str(PEERS / "python" / self.script)]
        self.version = "CPython " + ".".join(map(str, version))


class Uvloop(Program):
    name = "uvloop"
    absent = NO_SPIN

    def build(self, where):
        version, python = newest_python()
        venv = where / "venv-{}.{}.{}".format(*version)
        inside = venv / "bin" / "python"
        if not inside.exists():
            output(python, "-m", "venv", venv)
        output(inside, "-m", "pip", "install", "--quiet", "--upgrade", "uvloop")
        self.command = [str(inside), str(PEERS / "python" / self.script), "--loop", "uvloop"]
        self.version = output(inside, "-c", "import uvloop; print(uvloop.__version__)")
        self.version += " on CPython " + ".".join(map(str, version))


class Libuv(Program):
    name = "libuv"
    absent = {**NO_SPIN, "submit_1": "no coroutines", "*": "no coroutines or tasks"}

    def build(self, where):
        binary = where / f"uv{self.suffix}"
        flags = output("pkg-config", "--cflags", "--libs", "libuv").split()
        output("cc", *C_FLAGS, "-o", binary, self.sources / "uv.c", *flags, "-lpthread")
        self.command = [str(binary)]
        self.version = output("pkg-config", "--modversion", "libuv")


class Asio(Program):
    name = "Asio"
    absent = NO_SPIN

    def build(self, where):
        include = self.headers(where)
        binary = where / f"asio{self.suffix}"
        before, after = self.extra(where)
        output("c++", *CXX_FLAGS, *before, "-isystem", include, "-o", binary,
               self.sources / "asio.cpp", *after, "-lpthread")
        self.command = [str(binary)]
        self.version = "Boost " + ".".join(map(str, self.boost_version(include)))

    def extra(self, where):
        """Flags before and after the source."""
        return [], []

    @staticmethod
    def boost_version(include):
        try:
            text = (pathlib.Path(include) / "boost" / "version.hpp").read_text()
        except OSError:
            return (0, 0, 0)
        number = int(re.search(r"#define BOOST_VERSION (\d+)", text).group(1))
        return number // 100000, number // 100 % 1000, number % 100

    def headers(self, where):
        """Of the newest Boost that is packaged: several versions cannot be installed at once, so a
        newer package is unpacked beside the installed one."""
        installed = "/usr/include"
        listed = output("apt-cache", "search", "--names-only", r"^libboost1\.[0-9]+-dev$")
        minors = [int(minor) for minor in re.findall(r"^libboost1\.(\d+)-dev", listed, re.M)]
        newest = max(minors, default=0)
        if (1, newest, 0) <= self.boost_version(installed):
            return installed
        return unpack(f"libboost1.{newest}-dev", where, f"boost-1.{newest}") / "usr" / "include"


class Go(Program):
    name = "Go"
    absent = NO_SPIN

    def build(self, where):
        folders = os.get_exec_path() + ["/usr/local/go/bin"] + glob.glob("/usr/lib/go-*/bin")
        found = []
        for folder in folders:
            if os.access(f"{folder}/go", os.X_OK):
                text = output(f"{folder}/go", "env", "GOVERSION", env={"GOTOOLCHAIN": "local"})
                found.append((tuple(map(int, re.findall(r"\d+", text))), f"{folder}/go"))
        if not found:
            raise Skip("no Go toolchain on PATH (Debian: golang-go)")
        version, go = max(found)
        binary = where / f"go-peer{self.suffix}"
        output(go, "build", "-o", binary, f"./{self.part}", cwd=PEERS / "go",
               env={"GOTOOLCHAIN": "local"})
        self.command = [str(binary)]
        self.version = "go " + ".".join(map(str, version))


class Tokio(Program):
    name = "Tokio"
    absent = NO_SPIN
    old = "1.38.1"  # the last that Debian 12's own compiler takes

    def build(self, where):
        if not shutil.which("cargo"):
            raise Skip("no cargo on PATH (Debian: cargo)")
        place = where / "tokio"
        program = f"tokio-{self.part}"
        build = ["cargo", "build", "--release", "--quiet", "--package", program]
        shutil.copytree(PEERS / "tokio", place, dirs_exist_ok=True)
        try:
            output(*build, cwd=place)
        except Skip as first:
            try:
                output("cargo", "update", "-p", "tokio", "--precise", self.old, cwd=place)
                output(*build, cwd=place)
            except Skip:
                raise first from None
        self.command = [str(place / "target" / "release" / program)]
        lock = (place / "Cargo.lock").read_text()
        self.version = re.search(r'name = "tokio"\nversion = "([^"]+)"', lock).group(1)
        self.version += ", current-thread runtime, " + output("rustc", "--version")


COMPETITORS = [Coil, Asyncio, Uvloop, Libuv, Asio, Go, Tokio]
