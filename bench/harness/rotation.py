"""Rounds in rotation: every round runs each program on each row once, one after the other, so that
whatever the machine does meanwhile hits all of them alike."""

import os
import pathlib
import json
import statistics
import subprocess
import sys
import time

from harness.programs import Skip
from harness.report import describe_machine

LIMIT_SECONDS = 900  # for one run of one program


def tell(text):
    print(text, file=sys.stderr, flush=True)


def choose(names, known, what):
    """The entries of a comma-separated option, in the order of `known`; None means all."""
    if names is None:
        return known
    wanted = {name.strip().lower() for name in names.split(",")}
    unknown = wanted - {name.lower() for name in known}
    if unknown:
        sys.exit(f"no such {what}: {', '.join(sorted(unknown))}; --list shows them")
    return [name for name in known if name.lower() in wanted]


class Cpus:
    """Where a row's threads go: on the last of the CPUs we may use, away from the first, which gets
    most of the interrupts."""

    def __init__(self):
        self.usable = sorted(os.sched_getaffinity(0))

    def place(self, kind):
        """The CPUs for taskset and those for BENCH_CPUS; Skip if the machine has too few."""
        if kind == "one":
            return self.usable[-1:], self.usable[-1:]
        if len(self.usable) < 2:
            raise Skip("needs two CPUs")
        return (self.usable, []) if kind == "any" else (self.usable[-2:], self.usable[-2:])


def pinned(cpus, command):
    return ["taskset", "-c", ",".join(map(str, cpus)), *map(str, command)]


def figures(text):
    """{name: [value]} of lines of `name value unit`."""
    printed = {}
    for line in text.splitlines():
        name, value, _unit = line.split()
        printed.setdefault(name, []).append(float(value))
    if not printed:
        raise Skip("printed nothing")
    return printed


def run_to_end(command, limit=LIMIT_SECONDS, **environment):
    """The figures that a command prints; Skip if it fails."""
    try:
        done = subprocess.run(list(map(str, command)), env={**os.environ, **environment}, text=True,
                              capture_output=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Skip(f"no end within {limit} s") from None
    if done.returncode:
        complaint = done.stderr.strip().splitlines() or ["no message"]
        raise Skip(f"failed with status {done.returncode}: {complaint[-1][:200]}")
    return figures(done.stdout)


class Rotation:
    """Builds programs, measures rows, keeps the samples. Which programs do what, and how one is
    called, is for the classes made of it."""

    def __init__(self, options, rows):
        self.options = options
        self.cpus = Cpus()
        self.rows = rows
        self.programs = []
        self.start = time.monotonic()
        self.results = {"machine": describe_machine(), "versions": {}, "how": "", "samples": {},
                        "rows": [row.key for row in self.rows], "absent": {}}

    # ---- for whom it is made ----

    def jobs(self):
        """What one round runs, row by row: lists of (program, name of the work, kind of CPUs)."""
        raise NotImplementedError

    def call(self, program, name, kind):
        """The figures of one run: {name: [value, ...]}; Skip if there are none."""
        raise NotImplementedError

    def rows_of(self, program, name):
        """The keys of the rows that lack figures if this work fails."""
        raise NotImplementedError

    # ---- building ----

    def build(self, kinds):
        where = self.options.build_dir.resolve()
        where.mkdir(parents=True, exist_ok=True)
        for kind in kinds:
            self.build_one(kind(), where)

    def build_one(self, program, where):
        tell(f"building {program.name} ...")
        versions = self.results["versions"]
        try:
            program.build(where)
            program.workloads = program.known()
        except Skip as reason:
            tell(f"  skipped: {reason}")
            versions[program.name] = f"skipped: {reason}"
            self.give_up(program.name, self.names_of(program), f"skipped: {reason}")
            return
        versions[program.name] = program.version
        self.programs.append(program)

    def names_of(self, program):
        return [row.key for row in self.rows]

    def give_up(self, program, rows, reason):
        self.results["absent"].setdefault(program, {}).update(dict.fromkeys(rows, str(reason)))

    # ---- measuring ----

    def measure(self):
        jobs = [group for group in self.jobs() if group]
        total = sum(map(len, jobs)) * self.options.rounds
        start, done = time.monotonic(), 0
        for turn in range(self.options.rounds):
            for group in jobs:
                first = turn % len(group)
                for program, name, kind in group[first:] + group[:first]:
                    shown = self.run_one(program, name, kind)
                    done += 1
                    left = (time.monotonic() - start) / done * (total - done)
                    tell(f"[round {turn + 1}/{self.options.rounds}, {done}/{total}, "
                         f"{left / 60:.0f} min left] {program.name} {name}: {shown}")

    def run_one(self, program, name, kind):
        """Runs a program once and keeps what it printed; the text for the progress line."""
        try:
            printed = self.call(program, name, kind)
        except Skip as reason:
            self.give_up(program.name, self.rows_of(program, name), reason)
            return str(reason)
        samples = self.results["samples"].setdefault(program.name, {})
        for key, values in printed.items():
            samples.setdefault(key, []).append(statistics.median(values))
        return ", ".join(f"{key} {samples[key][-1]:.4g}" for key in printed)

    # ---- the end ----

    def describe_run(self, figure, interrupted):
        options, minutes = self.options, (time.monotonic() - self.start) / 60
        how = (f"Rounds in rotation: {options.rounds}, in {minutes:.0f} minutes. A cell is the "
               f"median over the rounds (least–greatest); {figure}")
        if options.rounds < 5:
            how += " **Fewer than 5 rounds: not for quoting.**"
        if options.quick:
            how += " **Quick, a tenth of the work: not for quoting.**"
        if interrupted:
            how += " **Interrupted: not all rounds were run.**"
        return how

    def run(self, kinds, figure):
        """Builds and measures; Ctrl-C ends it early. True if it was interrupted."""
        interrupted = False
        try:
            self.build(kinds)
            self.measure()
        except KeyboardInterrupt:
            interrupted = True
            tell("\ninterrupted")
        self.results["how"] = self.describe_run(figure, interrupted)
        if self.options.json:
            text = json.dumps(self.results, indent=1, ensure_ascii=False)
            pathlib.Path(self.options.json).write_text(text + "\n")
        return interrupted


def add_options(parser, build_dir):
    parser.add_argument("--rows", help="comma-separated row names (see --list)")
    parser.add_argument("--peers", help="comma-separated peers; coil and what is bare always run")
    parser.add_argument("--rounds", type=int, help="rounds, at least 5 to be quoted (default 5)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, 2 rounds")
    parser.add_argument("--json", metavar="FILE", help="keep every sample there")
    parser.add_argument("--from", metavar="FILE", dest="old", help="print such a file's report")
    parser.add_argument("--build-dir", type=pathlib.Path, default=build_dir)
    parser.add_argument("--list", action="store_true", help="list the rows and peers, and end")


def parse(parser):
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    return options
