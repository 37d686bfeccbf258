"""Suites of tests: started, watched, counted. Used by scripts/check and scripts/check-all."""

import concurrent.futures
import dataclasses
import fnmatch
import json
import os
import re
import subprocess
import sys
import time

COUNTS = re.compile(r'^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$')
LIMIT_SECONDS = 1500


@dataclasses.dataclass
class Suite:
    """A command whose last line of output counts its tests."""
    name: str
    command: list
    environment: dict = dataclasses.field(default_factory=dict)
    alone: bool = False  # uses all cores itself


@dataclasses.dataclass
class Outcome:
    suite: Suite
    passed: int
    failed: int
    skipped: int
    seconds: float
    output: str
    note: str = ''

    def line(self):
        counts = f'{self.passed} passed'
        counts += f', {self.failed} FAILED' if self.failed else ''
        counts += f', {self.skipped} skipped' if self.skipped else ''
        note = f' ({self.note})' if self.note else ''
        return f'{self.suite.name:44} {counts}{note}  {self.seconds:.1f} s'


def run_suite(suite):
    """Runs it to its end. Whatever does not end in a line of counts has failed."""
    start = time.monotonic()
    try:
        done = subprocess.run(suite.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=LIMIT_SECONDS, check=False,
                              env={**os.environ, **suite.environment})
        output, code = done.stdout.decode(errors='replace'), done.returncode
    except subprocess.TimeoutExpired as late:
        output, code = (late.stdout or b'').decode(errors='replace'), 'none: it did not end'
    except OSError as error:
        output, code = str(error), 'none: it did not start'
    seconds = time.monotonic() - start
    lines = output.rstrip().splitlines()
    counts = COUNTS.match(lines[-1]) if lines else None
    if not counts:
        return Outcome(suite, 0, 1, 0, seconds, output, f'no counts at its end, exit status {code}')
    passed, failed, skipped = (int(count or 0) for count in counts.groups())
    if code != 0 and not failed:
        return Outcome(suite, passed, 1, skipped, seconds, output, f'exit status {code}')
    return Outcome(suite, passed, failed, skipped, seconds, output)


def kit_programs(build, only=None, skip=(), mark='', wrapper=(), environment=None):
    """The programs on the test kit that a build has, as suites."""
    listing = subprocess.run(['meson', 'introspect', '--tests', build], stdout=subprocess.PIPE,
                             check=True)
    for test in json.loads(listing.stdout):
        suite = test['suite'][0].split(':')[-1]
        if suite not in skip and (only is None or suite in only):
            yield Suite(mark + test['name'], [*wrapper, *test['cmd']], environment or {})


def failures(output):
    """The paragraphs of the failed tests in a suite's output; all of it when there are none."""
    kept, keeping = [], False
    for line in output.splitlines():
        if line.startswith('FAIL'):
            keeping = True
        elif line.startswith(('ok ', 'skip ')) or COUNTS.match(line):
            keeping = False
        if keeping or line.startswith('=='):  # valgrind speaks beside the test
            kept.append(line)
    return kept or output.splitlines()[-60:]


class Run:
    """Builds and suites in the order they are added; suites run two or more at a time."""

    def __init__(self, patterns=()):
        self.patterns = patterns
        self.outcomes = []
        self.start = time.monotonic()
        self.jobs = os.cpu_count() or 2

    def _wanted(self, suite):
        return not self.patterns or any(fnmatch.fnmatch(suite.name, pattern)
                                        for pattern in self.patterns)

    def _note(self, outcome):
        self.outcomes.append(outcome)
        print(outcome.line(), flush=True)

    def build(self, folder, *options, compiler=None, targets=''):
        """Builds a folder; a build that fails counts as one failure."""
        print(f'building {folder} ...', flush=True)
        # On a terminal ninja shows how far it is; elsewhere its output is for the case that it fails.
        watched = sys.stdout.isatty()
        environment = {} if watched else {'NINJA_FLAGS': '--quiet'}
        environment['TARGETS'] = targets
        if compiler:
            environment['CC'] = compiler
        begin = time.monotonic()
        done = subprocess.run(['scripts/build', folder, *options], stdin=subprocess.DEVNULL,
                              stdout=None if watched else subprocess.PIPE,
                              stderr=None if watched else subprocess.STDOUT, check=False,
                              env={**os.environ, **environment})
        seconds = time.monotonic() - begin
        suite = Suite(f'build {folder}', [])
        if done.returncode:
            output = (done.stdout or b'').decode(errors='replace')
            self._note(Outcome(suite, 0, 1, 0, seconds, output, 'the build failed'))
            return False
        print(f'built {folder}  {seconds:.1f} s', flush=True)
        return True

    def add(self, suites):
        """Runs suites, as many at a time as there are cores; those that want all of them alone."""
        chosen = [suite for suite in suites if self._wanted(suite)]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            running = [pool.submit(run_suite, suite) for suite in chosen if not suite.alone]
            for done in concurrent.futures.as_completed(running):
                self._note(done.result())
        for suite in chosen:
            if suite.alone:
                self._note(run_suite(suite))

    def finish(self, table=None):
        """Shows the failures again, a table if given, then the sum. Returns the exit status."""
        for outcome in self.outcomes:
            if outcome.failed:
                print(f'\n---- {outcome.line()}')
                print('\n'.join(failures(outcome.output)))
        if table:
            table()
        passed = sum(outcome.passed for outcome in self.outcomes)
        failed = sum(outcome.failed for outcome in self.outcomes)
        skipped = sum(outcome.skipped for outcome in self.outcomes)
        if not self.outcomes:
            print('nothing was run')
            failed = 1
        print(f'\n{len(self.outcomes)} suites in {time.monotonic() - self.start:.0f} s')
        print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
        sys.stdout.flush()
        return 1 if failed else 0
