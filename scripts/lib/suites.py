"""Suites of tests: started, watched, counted. Used by scripts/check and scripts/check-all."""

import concurrent.futures
import contextlib
import dataclasses
import fnmatch
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

COUNTS = re.compile(r'^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$')
LIMIT_SECONDS = 1500
GRACE_SECONDS = 5  # between the word to end and the end
SLOWEST = 10  # told of at the end
# Of folders for temporary files: a socket has to find room for its name in one of these, in one of the test.
TEMPORARY = tempfile.gettempdir() if len(tempfile.gettempdir()) <= 32 else '/tmp'
SHOWN = 5  # of the files that a suite has left


@dataclasses.dataclass
class Suite:
    """A command whose last line of output counts its tests."""
    name: str
    command: list
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Outcome:
    suite: Suite
    passed: int
    failed: int
    skipped: int
    seconds: float = 0
    processor: float = 0  # seconds, of its children too
    output: str = ''
    note: str = ''

    def line(self):
        note = f' ({self.note})' if self.note else ''
        failed = f', {self.failed} FAILED' if self.failed else ''
        skipped = f', {self.skipped} skipped' if self.skipped else ''
        return f'{self.suite.name:44} {self.passed} passed{failed}{skipped}{note}  {self.seconds:.1f} s'


def _later(seconds, function):
    timer = threading.Timer(max(seconds, 0), function)
    timer.daemon = True  # the end of the program does not wait for it
    timer.start()
    return timer


class Children:
    """What runs, each in a process group of its own, so that all of it can be ended. Not a session: the
    scheduler would share the time between sessions whatever their niceness."""

    def __init__(self):
        self._running = set()
        self._lock = threading.Lock()
        self.over = False

    def run(self, command, output, limit, **how):
        """Runs a command to its end, or ends it when its time is up. Returns its exit status (None: it was
        ended) and the processor time of it and its children."""
        with self._lock:
            if self.over:
                return None, 0
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=subprocess.STDOUT, process_group=0, **how)
            pid = process.pid
            self._running.add(pid)
        late = threading.Event()
        timer = _later(limit, lambda: (late.set(), self._end([pid])))
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        timer.cancel()
        with self._lock:  # nobody may end the number that is somebody else's once it has been waited for
            self._running.discard(pid)
            _, status, usage = os.wait4(pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return None if late.is_set() or self.over else process.returncode, usage.ru_utime + usage.ru_stime

    def _signal(self, pids, number):
        with self._lock:
            for pid in self._running.intersection(pids):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, number)

    def _end(self, pids):
        """At first kindly: scripts/check has such children itself."""
        self._signal(pids, signal.SIGTERM)
        _later(GRACE_SECONDS, lambda: self._signal(pids, signal.SIGKILL))

    def end_all(self):
        """Ends what runs; what would be started does not start any more."""
        with self._lock:
            self.over = True
            running = list(self._running)
        if running:
            self._end(running)


def judge(suite, code, text):
    """The outcome by what it printed last. Whatever does not end in a line of counts has failed."""
    lines = text.rstrip().splitlines()
    counts = COUNTS.match(lines[-1]) if lines else None
    how = 'it did not end in its time' if code is None else f'exit status {code}'
    if not counts:
        return Outcome(suite, 0, 1, 0, note=f'no counts at its end, {how}')
    passed, failed, skipped = (int(count or 0) for count in counts.groups())
    if code != 0 and not failed:
        return Outcome(suite, passed, 1, skipped, note=how)
    return Outcome(suite, passed, failed, skipped)


def told_of_leftovers(outcome, names):
    """The same, failed if the suite has left temporary files."""
    if names:
        outcome.failed += 1
        outcome.note = '; '.join(filter(None, (outcome.note, f'it left files: {", ".join(sorted(names)[:SHOWN])}')))
    return outcome


def run_suite(suite, children, limit=LIMIT_SECONDS):
    """Runs it with a folder for its temporary files, which it has to leave empty."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryDirectory(
            prefix='coil-check-', dir=TEMPORARY, ignore_cleanup_errors=True) as folder:
        try:
            code, processor = children.run(suite.command, output, limit,
                                           env={**os.environ, 'TMPDIR': folder, **suite.environment})
        except OSError as error:
            code, processor = f'none: {error.strerror}', 0
        output.seek(0)
        text = output.read().decode(errors='replace')
        outcome = judge(suite, code, text)
        if code is not None:  # who is ended cannot tidy up
            outcome = told_of_leftovers(outcome, os.listdir(folder))
    outcome.seconds, outcome.processor, outcome.output = time.monotonic() - start, processor, text
    return outcome


def kit_programs(build, only=None, skip=(), mark='', wrapper=(), environment=None):
    """The programs on the test kit that a build has, as suites: the units last, which are many and short."""
    listing = subprocess.run(['meson', 'introspect', '--tests', build], stdout=subprocess.PIPE,
                             check=True)
    programs = []
    for test in json.loads(listing.stdout):
        suite = test['suite'][0].split(':')[-1]
        if suite not in skip and (only is None or suite in only):
            programs.append((suite == 'unit', Suite(mark + test['name'], [*wrapper, *test['cmd']],
                                                    environment or {})))
    return [program for _, program in sorted(programs, key=lambda pair: pair[0])]


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


def total(outcomes):
    """Passed, failed, skipped."""
    return tuple(sum(getattr(outcome, count) for outcome in outcomes)
                 for count in ('passed', 'failed', 'skipped'))


def counts_line(passed, failed, skipped):
    return f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else '')


class Run:
    """Builds and suites. Twice as many suites run at a time as there are cores, because many wait for
    children, terminals or sockets; and builds may run beside them."""

    def __init__(self, patterns=(), quiet=False):
        """Quiet: nothing is said of a suite that passes, nor of builds; of one that fails, all at once."""
        self.patterns = patterns
        self.outcomes = []
        self.builds = []  # (folder, seconds)
        self.start_time = time.monotonic()
        self.children = Children()
        self.quiet = quiet
        self._pool = concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 2))
        self._started = []
        self._lock = threading.Lock()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, lambda number, frame: sys.exit(128 + number))
        self._watch_signals()

    def _watch_signals(self):
        """The handler above runs between two steps of the main thread: a signal that comes just before it waits
        for a child is heard of when that has ended. Which is why somebody else ends it."""
        self._signals, told = socket.socketpair()
        told.setblocking(False)
        self._told = told
        signal.set_wakeup_fd(told.fileno())
        threading.Thread(target=lambda: self._signals.recv(1) and self.children.end_all(), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if kind:
            self.children.end_all()
        self._pool.shutdown(cancel_futures=True)
        signal.set_wakeup_fd(-1)
        self._told.close()  # its reader ends

    def wanted(self, name):
        return not self.patterns or any(fnmatch.fnmatch(name, pattern) for pattern in self.patterns)

    def _note(self, outcome):
        with self._lock:
            self.outcomes.append(outcome)
            if self.children.over:
                return
            if outcome.failed and self.quiet:  # it may be hours until the end
                self._print_failure(outcome)
            elif not self.quiet:
                print(outcome.line(), flush=True)

    @staticmethod
    def _print_failure(outcome):
        print(f'\n---- {outcome.line()}')
        print('\n'.join(failures(outcome.output)), flush=True)

    def _say(self, text):
        with self._lock:
            if not self.quiet:
                print(text, flush=True)

    def build(self, folder, *options, compiler=None, targets='', beside=False, limit=LIMIT_SECONDS):
        """Builds a folder; a build that fails counts as one failure. Beside others it only takes the time that
        they leave, and is quiet."""
        self._say(f'building {folder} ...')
        # On a terminal ninja shows how far it is; elsewhere its output is for the case that it fails.
        watched = sys.stdout.isatty() and not beside and not self.quiet
        environment = {**os.environ, 'TARGETS': targets, **({} if watched else {'NINJA_FLAGS': '--quiet'}),
                       **({'CC': compiler} if compiler else {})}
        command = [*(('nice',) if beside else ()), 'scripts/build', folder, *options]
        begin = time.monotonic()
        with tempfile.TemporaryFile() as output:
            code, processor = self.children.run(command, None if watched else output, limit, env=environment)
            output.seek(0)
            text = output.read().decode(errors='replace')
        seconds = time.monotonic() - begin
        if code != 0:
            note = 'the build failed' if code is not None else 'the build did not end in its time'
            self._note(Outcome(Suite(f'build {folder}', []), 0, 1, 0, seconds, processor, text, note))
            return False
        self._say(f'built {folder}  {seconds:.1f} s')
        self.builds.append(Outcome(Suite(f'build {folder}', []), 0, 0, 0, seconds, processor))
        return True

    def build_beside(self, *arguments, **named):
        """The same in the background: result() of what it returns tells whether it was built."""
        return self._pool.submit(self.build, *arguments, beside=True, **named)

    def _run_one(self, suite, deadline):
        left = LIMIT_SECONDS if deadline is None else deadline - time.monotonic()
        if left > 0:
            self._note(run_suite(suite, self.children, left))
        else:
            self._note(Outcome(suite, 0, 1, 0, note='no time was left for it'))

    def begin(self, suites, deadline=None):
        """Has suites run, in this order as far as there is room. Those that the deadline meets are ended."""
        self._started += [self._pool.submit(self._run_one, suite, deadline)
                          for suite in suites if self.wanted(suite.name)]

    def wait(self):
        """Until all that was begun has ended."""
        while self._started:
            self._started.pop(0).result()

    def print_slowest(self):
        slowest = sorted([*self.outcomes, *self.builds], key=lambda outcome: -outcome.seconds)[:SLOWEST]
        print(f'\n{"the slowest":44} {"seconds":>8} {"of processor":>13}')
        for outcome in slowest:
            print(f'{outcome.suite.name:44} {outcome.seconds:8.1f} {outcome.processor:13.1f}')

    def finish(self, table=None):
        """Shows the failures again, a table (the slowest, if none is given), then the sum. Returns the exit status."""
        for outcome in self.outcomes:
            if outcome.failed:
                self._print_failure(outcome)
        (table or self.print_slowest)()
        passed, failed, skipped = total(self.outcomes)
        if not self.outcomes:
            print('nothing was run')
            failed = 1
        processor = sum(outcome.processor for outcome in [*self.outcomes, *self.builds])
        print(f'\n{len(self.outcomes)} suites in {time.monotonic() - self.start_time:.0f} s,'
              f' {processor:.0f} s of processor time')
        print(counts_line(passed, failed, skipped), flush=True)
        return 1 if failed else 0
