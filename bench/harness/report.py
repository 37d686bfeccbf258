"""Prints what was measured, in Markdown."""

import os
import platform
import statistics

DASH = "–"


def describe_machine():
    def first(path, key):
        try:
            with open(path) as lines:
                found = [line for line in lines if line.startswith(key)]
            return found[0].split("=" if "=" in found[0] else ":", 1)[1].strip().strip('"')
        except (OSError, IndexError):
            return "unknown"

    memory = first("/proc/meminfo", "MemTotal")
    if memory.endswith(" kB"):
        memory = f"{int(memory.split()[0]) / 2**20:.0f} GiB"
    load = os.getloadavg()[0]
    return {
        "cpu": f"{first('/proc/cpuinfo', 'model name')}, {len(os.sched_getaffinity(0))} usable",
        "virtual machine": "yes" if " hypervisor" in first("/proc/cpuinfo", "flags") else "no",
        "memory": memory,
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "system": first("/etc/os-release", "PRETTY_NAME"),
        "load before": f"{load:.2f}" + (" (not quiet: do not quote)" if load > 0.5 else ""),
    }


def number(value):
    """Three digits that matter, thousands set apart."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def times(factor):
    return f"{factor:.2f}×" if factor < 10 else f"{factor:.0f}×"


def middle(samples):
    return statistics.median(samples)


def spread(samples):
    least, most = number(min(samples)), number(max(samples))
    return number(middle(samples)) + (f" ({least}–{most})" if least != most else "")


def overlap(a, b):
    return min(a) <= max(b) and min(b) <= max(a)


def heading(results, title):
    """The title, on what and of what it was measured, and how."""
    lines = [title, ""]
    lines += [f"- {key}: {value}" for key, value in results["machine"].items()]
    lines += [f"- {name}: {text}" for name, text in results["versions"].items()]
    return lines + ["", results["how"], ""]


class Report:
    def __init__(self, results, title, tables, raw):
        self.results = results
        self.title = title
        self.tables = tables
        self.raw = raw
        self.samples = results["samples"]
        self.programs = [name for name in results["versions"] if name not in ("coil", "raw")]
        self.notes = {}  # reason → the programs it is true of

    def get(self, program, name):
        return self.samples.get(program, {}).get(name)

    def note(self, program, reason):
        programs = self.notes.setdefault(reason, [])
        if program not in programs:
            programs.append(program)
        return f"[{list(self.notes).index(reason) + 1}]"

    # ---- one row ----

    def cell(self, row, program):
        samples = self.get(program, row.name_for(program))
        if samples and program in row.apart:
            return f"{spread(samples)} {self.note(program, row.apart[program])}"
        if samples:
            return spread(samples)
        reason = self.results["absent"].get(program, {}).get(row.key, "not run this time")
        return f"{DASH} {self.note(program, reason)}"

    def best_peer(self, row):
        """The peer with the best median: (name, samples), or None."""
        found = [(name, self.get(name, row.name_for(name))) for name in self.programs
                 if name not in row.apart]
        found = [entry for entry in found if entry[1]]
        order = max if row.more_is_better else min
        return order(found, key=lambda entry: middle(entry[1]), default=None)

    def against_best(self, row):
        """The columns: the best peer's name, the ratio, and the verdict."""
        best, coil = self.best_peer(row), self.get("coil", row.key)
        if not best or not coil:
            return [best[0] if best else DASH, DASH, "no peer" if coil else DASH]
        factor = row.times_ahead(middle(coil), middle(best[1]))
        verdict = f"ahead {times(factor)}" if factor > 1 else f"**behind {times(1 / factor)}**"
        if overlap(coil, best[1]):
            verdict += ", spreads overlap"
        return [best[0], f"{middle(coil) / middle(best[1]):.3g}", verdict]

    def against_raw(self, row):
        coil, told = self.get("coil", row.key), []
        for name in row.raws:
            raw = self.get("raw", name)
            if raw:
                ratio = f"{middle(coil) / middle(raw):.3g}" if coil else DASH
                told.append(f"{ratio} of {number(middle(raw))}")
        return "; ".join(told) or DASH

    def judge(self, row, text, goal):
        coil = self.get("coil", row.key)
        if not coil or not goal:
            return text
        factor = row.times_ahead(middle(coil), goal)
        return f"{text}: met" if factor >= 1 else f"{text}: **missed {times(1 / factor)}**"

    def against_goal(self, row):
        if row.goal is None:
            return DASH
        if not row.goal_of_raw:
            text = f"{'≥' if row.more_is_better else '≤'} {number(row.goal)}"
            return self.judge(row, text, row.goal)
        told = []
        for name in row.raws:
            raw = self.get("raw", name)
            text = f"≤ {row.goal} × {'raw' if len(row.raws) == 1 else name}"
            told.append(self.judge(row, text, raw and row.goal * middle(raw)))
        return "; ".join(told)

    # ---- the whole ----

    def takes_part(self, program, rows):
        return any(self.get(program, row.name_for(program)) for row in rows)

    def table(self, title, rows):
        """A peer without a single figure has no column; the notes tell why."""
        shown = [program for program in self.programs if self.takes_part(program, rows)]
        head = ["workload", "unit", "coil", *shown, "best peer", "coil / best", "verdict",
                "coil / raw", "goal"]
        lines = [f"## {title}", "", "| " + " | ".join(head) + " |",
                 "|---|---|" + "--:|" * (len(shown) + 1) + "---|--:|---|--:|---|"]
        self.notes = {}
        for row in rows:
            cells = {program: self.cell(row, program) for program in ["coil", *self.programs]}
            cells = [row.title, row.unit, *(cells[program] for program in ["coil", *shown])]
            cells += [*self.against_best(row), self.against_raw(row), self.against_goal(row)]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
        for index, (reason, programs) in enumerate(self.notes.items(), 1):
            lines.append(f"[{index}] {', '.join(programs)}: {reason}  ")
        return lines + [""]

    def raw_table(self):
        lines = ["## Raw primitives", "", "| primitive | measured |", "|---|--:|"]
        for name, meaning in self.raw.items():
            samples = self.get("raw", name)
            if samples:
                lines.append(f"| {meaning} | {spread(samples)} |")
            else:
                reason = self.results["absent"].get("raw", {}).get(name, "not run this time")
                lines.append(f"| {meaning} | {DASH} ({reason}) |")
        return lines + [""]

    def text(self):
        lines = heading(self.results, self.title)
        wanted = self.results["rows"]
        for title, rows in self.tables.items():
            rows = [row for row in rows if row.key in wanted]
            if rows:
                lines += self.table(title, rows)
        return "\n".join(lines + self.raw_table())
