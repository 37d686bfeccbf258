"""The frame of bench/run and bench/work/run: raw primitives, then rows that every program does."""

import argparse
import json
import pathlib

from harness import rotation
from harness.report import Report


class Bench(rotation.Rotation):
    """`plan` says what there is to measure: see Plan."""

    def __init__(self, options, rows, plan):
        super().__init__(options, rows)
        self.plan = plan
        self.environment = {}  # of every run

    def names_of(self, program):
        return list(self.plan.raw) if program.name == "raw" else super().names_of(program)

    def jobs(self):
        raw = [program for program in self.programs if program.name == "raw"]
        jobs = [[(program, name, self.plan.raw_cpus(name))] for program in raw
                for name in self.plan.raw if name in program.workloads]
        others = [program for program in self.programs if program.name != "raw"]
        seen = set()
        for row in self.rows:
            group = []
            for program in others:
                workload = row.workload_for(program.name)
                if workload not in program.workloads:
                    self.give_up(program.name, [row.key], program.why_absent(row))
                elif (program.name, workload) not in seen:
                    seen.add((program.name, workload))
                    group.append((program, workload, row.cpus))
            jobs.append(group)
        return jobs

    def rows_of(self, program, name):
        keys = [row.key for row in self.rows if row.workload_for(program.name) == name]
        return keys or [name]

    def call(self, program, name, kind):
        allowed, threads = self.cpus.place(kind)
        command = rotation.pinned(allowed, [*program.command, name])
        if self.options.quick:
            command.append("10")
        return rotation.run_to_end(command, BENCH_CPUS=",".join(map(str, threads)),
                                   **self.environment)


class Plan:
    """What a script measures; the fields are those of a module or a class made of this one."""

    title = ""
    figure = "a round's figure is the median of a process's own runs after its warm-up."
    tables = {}  # title → rows
    raw = {}  # name → what it is
    programs = []  # raw first, then coil, then the peers
    bench = Bench

    @staticmethod
    def raw_cpus(name):
        raise NotImplementedError

    @classmethod
    def rows(cls):
        return [row for table in cls.tables.values() for row in table]

    @classmethod
    def report(cls, results):
        return Report(results, cls.title, cls.tables, cls.raw).text()


def main(plan, description, build_dir):
    parser = argparse.ArgumentParser(description=description)
    rotation.add_options(parser, build_dir)
    options = rotation.parse(parser)
    rows = plan.rows()
    peers = [kind.name for kind in plan.programs if kind.name not in ("raw", "coil")]
    if options.list:
        print("rows: ", ", ".join(row.key for row in rows))
        print("peers:", ", ".join(peers))
        return 0
    if options.old:
        print(plan.report(json.loads(pathlib.Path(options.old).read_text())))
        return 0
    keys = rotation.choose(options.rows, [row.key for row in rows], "row")
    wanted = ["raw", "coil", *rotation.choose(options.peers, peers, "peer")]
    bench = plan.bench(options, [row for row in rows if row.key in keys], plan)
    kinds = [kind for kind in plan.programs if kind.name in wanted]
    interrupted = bench.run(kinds, plan.figure)
    print(plan.report(bench.results))
    return 130 if interrupted else int("coil" not in bench.results["samples"])
