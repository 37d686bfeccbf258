"""Prints what was measured of input and output, in Markdown."""

from harness.io_programs import BARE, COIL
from harness.io_rows import TABLES
from harness.report import DASH, heading, middle, number, overlap, spread, times

COIL_NAMES = [kind.name for kind in COIL]
BARE_NAMES = [kind.name for kind in BARE]


class Metric:
    """One of a row's two figures."""

    def __init__(self, title, suffix, more_is_better):
        self.title = title
        self.suffix = suffix
        self.more_is_better = more_is_better

    def ahead(self, value, other):
        """By which factor `value` is better than `other`; below 1 it is worse."""
        return value / other if self.more_is_better else other / value


RATE = Metric("thousands a second", "", True)
CPU = Metric("CPU time of the program for one, µs", ".cpu", False)


class Report:
    def __init__(self, results):
        self.results = results
        self.samples = results["samples"]
        self.programs = list(results["versions"])
        self.peers = [name for name in self.programs if name not in COIL_NAMES + BARE_NAMES]
        self.notes = {}

    def get(self, program, row, metric):
        return self.samples.get(program, {}).get(row.key + metric.suffix)

    def takes_part(self, program, rows):
        return any(self.get(program, row, RATE) for row in rows)

    def best(self, names, row, metric):
        """(name, samples) with the best median, or None."""
        found = [(name, self.get(name, row, metric)) for name in names]
        found = [entry for entry in found if entry[1]]
        order = max if metric.more_is_better else min
        return order(found, key=lambda entry: middle(entry[1]), default=None)

    # ---- the figures: a line for each program ----

    def cell(self, program, row, metric):
        samples = self.get(program, row, metric)
        if samples:
            return spread(samples)
        reason = self.results["absent"].get(program, {}).get(row.key, "not run this time")
        programs = self.notes.setdefault(reason, [])
        if program not in programs:
            programs.append(program)
        return f"{DASH} [{list(self.notes).index(reason) + 1}]"

    def figures(self, title, rows, metric):
        lines = [f"### {title}: {metric.title}", "",
                 "| | " + " | ".join(row.title for row in rows) + " |",
                 "|---|" + "--:|" * len(rows)]
        self.notes = {}
        for program in self.programs:
            if self.takes_part(program, rows):
                cells = [self.cell(program, row, metric) for row in rows]
                lines.append(f"| {program} | " + " | ".join(cells) + " |")
        lines.append("")
        for index, (reason, programs) in enumerate(self.notes.items(), 1):
            lines.append(f"[{index}] {', '.join(programs)}: {reason}  ")
        return lines + [""]

    # ---- coil beside the best: a line for each row and each of coil's ways ----

    def beside(self, coil, names, row, metric):
        mine, best = self.get(coil, row, metric), self.best(names, row, metric)
        if not mine or not best:
            return DASH
        text = f"{middle(mine) / middle(best[1]):.3f} of {best[0]}"
        return text + (" ≈" if overlap(mine, best[1]) else "")

    @staticmethod
    def rounds_ahead(metric, mine, other):
        """In how many rounds it was: what disturbs a whole round disturbs both in it."""
        if len(mine) != len(other) or len(mine) < 2:
            return ""
        ahead = sum(metric.ahead(*pair) > 1 for pair in zip(mine, other))
        return f" ({ahead} of {len(mine)} rounds)"

    def verdict(self, coil, row):
        """Against the best peer, by rate and by CPU time."""
        told = []
        for metric, name in ((RATE, "rate"), (CPU, "CPU")):
            mine, best = self.get(coil, row, metric), self.best(self.peers, row, metric)
            if mine and best:
                factor = metric.ahead(middle(mine), middle(best[1]))
                told.append((f"{name} ahead {times(factor)}" if factor >= 1
                             else f"{name} **behind {times(1 / factor)}**") +
                            self.rounds_ahead(metric, mine, best[1]))
        return ", ".join(told) or "no peer"

    def goal(self, coil, row):
        others = BARE_NAMES + (self.peers if row.best_of_all else [])
        mine, best = self.get(coil, row, RATE), self.best(others, row, RATE)
        text = f"≥ {number(row.goal)} of the best {'of all' if row.best_of_all else 'bare'}"
        if not mine or not best:
            return text
        part = middle(mine) / middle(best[1])
        return text + (": met" if part >= row.goal else f": **{part:.3f}**")

    def comparison(self, title, rows):
        lines = [f"### {title}: coil beside the best", "",
                 "| | coil | rate / bare | rate / peer | CPU / bare | CPU / peer | against the best "
                 "peer | goal |", "|---|---|--:|--:|--:|--:|---|---|"]
        for row in rows:
            for coil in COIL_NAMES:
                if not self.get(coil, row, RATE):
                    continue
                cells = [self.beside(coil, names, row, metric)
                         for metric in (RATE, CPU) for names in (BARE_NAMES, self.peers)]
                cells += [self.verdict(coil, row), self.goal(coil, row)]
                way = coil.removeprefix("coil ")
                lines.append(f"| {row.title} | {way} | " + " | ".join(cells) + " |")
        return lines + ["", "≈: the spreads overlap.", ""]

    # ---- the whole ----

    def text(self, tables=None):
        lines = heading(self.results, "# coil's input and output beside its peers', in one run")
        wanted = self.results["rows"]
        for title, rows in (tables or TABLES).items():
            rows = [row for row in rows if row.key in wanted]
            if rows:
                lines += [f"## {title}", "", *self.figures(title, rows, RATE),
                          *self.figures(title, rows, CPU), *self.comparison(title, rows)]
        return "\n".join(lines)
