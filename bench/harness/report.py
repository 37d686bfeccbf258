"""Prints what was measured, in Markdown."""

import os
import platform
import statistics

from harness.rows import RAW, TABLES

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
    def __init__(self, results):
        self.results = results
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
        if samples:
            return spread(samples)
        reason = self.results["absent"].get(program, {}).get(row.key, "not run this time")
        return f"{DASH} {self.note(program, reason)}"

    def best_peer(self, row):
        """The peer with the best median: (name, samples), or None."""
        found = [(name, self.get(name, row.name_for(name))) for name in self.programs]
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
        raw, coil = self.get("raw", row.raw), self.get("coil", row.key)
        if not raw:
            return DASH
        if not coil:
            return f"{DASH} of {number(middle(raw))}"
        return f"{middle(coil) / middle(raw):.3g} of {number(middle(raw))}"

    def against_goal(self, row):
        goal, coil = row.goal, self.get("coil", row.key)
        text = f"{'≥' if row.more_is_better else '≤'} {number(goal)}"
        if row.goal_of_raw:
            raw = self.get("raw", row.raw)
            text = f"≤ {goal} × raw"
            goal = raw and goal * middle(raw)
        if not coil or not goal:
            return text
        factor = row.times_ahead(middle(coil), goal)
        return f"{text}: met" if factor >= 1 else f"{text}: **missed {times(1 / factor)}**"

    # ---- the whole ----

    def table(self, title, rows):
        head = ["workload", "unit", "coil", *self.programs, "best peer", "coil / best", "verdict",
                "coil / raw", "goal"]
        lines = [f"## {title}", "", "| " + " | ".join(head) + " |",
                 "|---|---|" + "--:|" * (len(self.programs) + 1) + "---|--:|---|--:|---|"]
        self.notes = {}
        for row in rows:
            cells = [row.title, row.unit, self.cell(row, "coil")]
            cells += [self.cell(row, program) for program in self.programs]
            cells += [*self.against_best(row), self.against_raw(row), self.against_goal(row)]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
        for index, (reason, programs) in enumerate(self.notes.items(), 1):
            lines.append(f"[{index}] {', '.join(programs)}: {reason}  ")
        return lines + [""]

    def raw_table(self):
        lines = ["## Raw primitives", "", "| primitive | measured |", "|---|--:|"]
        for name, meaning in RAW.items():
            samples = self.get("raw", name)
            if samples:
                lines.append(f"| {meaning} | {spread(samples)} |")
            else:
                reason = self.results["absent"].get("raw", {}).get(name, "not run this time")
                lines.append(f"| {meaning} | {DASH} ({reason}) |")
        return lines + [""]

    def text(self, tables=None):
        lines = heading(self.results, "# coil and its peers, side by side in one run")
        wanted = self.results["rows"]
        for title, rows in (tables or TABLES).items():
            rows = [row for row in rows if row.key in wanted]
            if rows:
                lines += self.table(title, rows)
        return "\n".join(lines + self.raw_table())
