#!/usr/bin/env python3
"""What scripts/check and scripts/check-all make of the suites they start."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../scripts'))

from lib import selftest, suites  # noqa: E402


def shell(name, text):
    return suites.Suite(name, ['sh', '-c', text])


def play(members, deadline=None, **how):
    """(exit status, what was printed, {name: outcome}) of a run of these suites."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), suites.Run(**how) as run:
        run.begin(members, deadline)
        run.wait()
        status = run.finish()
    return status, printed.getvalue(), {outcome.suite.name: outcome for outcome in run.outcomes}


class Suites(unittest.TestCase):
    def setUp(self):
        self.begin = time.monotonic()

    def assert_ended(self, reader):
        """Nobody has the other end open any more, long before the 50 seconds that they would sleep."""
        self.assertEqual(reader.read(), b'')
        self.assertLess(time.monotonic() - self.begin, 30)

    def test_counts_are_summed_in_the_last_line(self):
        status, printed, _ = play([shell('one', 'echo 3 passed, 0 failed'),
                                   shell('two', 'echo noise; echo 4 passed, 0 failed, 2 skipped')])
        self.assertEqual((status, printed.splitlines()[-1]), (0, '7 passed, 0 failed, 2 skipped'))

    def test_whatever_does_not_end_in_good_counts_has_failed(self):
        status, printed, outcomes = play([
            shell('silent', 'true'), shell('lying', 'echo 1 passed, 0 failed; exit 3'),
            shell('failing', 'echo FAIL it; echo why; echo 0 passed, 1 failed; exit 1'),
            suites.Suite('absent', ['/nowhere/at/all'])])
        self.assertEqual((status, printed.splitlines()[-1]), (1, '1 passed, 4 failed'))
        self.assertIn('FAIL it\nwhy\n', printed)
        self.assertIn('exit status 3', outcomes['lying'].note)
        self.assertIn('No such file', outcomes['absent'].note)

    def test_a_quiet_run_shows_failures_at_once_and_again(self):
        _, printed, _ = play([shell('failing', 'echo FAIL it; echo why; echo 0 passed, 1 failed; exit 1'),
                              shell('passing', 'echo 1 passed, 0 failed')], quiet=True)
        self.assertEqual(printed.count('FAIL it\nwhy\n'), 2)
        self.assertNotIn('passing', printed.split('the slowest')[0])

    def test_a_suite_that_leaves_temporary_files_has_failed(self):
        status, printed, outcomes = play([shell('untidy', 'touch $TMPDIR/this; echo $TMPDIR; echo 2 passed, 0 failed'),
                                          shell('tidy', 'rm $(mktemp); echo 1 passed, 0 failed')])
        self.assertEqual((status, printed.splitlines()[-1]), (1, '3 passed, 1 failed'))
        self.assertIn('left files: this', outcomes['untidy'].note)
        self.assertFalse(os.path.exists(outcomes['untidy'].output.splitlines()[0]))

    def test_a_suite_is_ended_with_all_its_children_when_its_time_is_up(self):
        reader, writer = os.pipe()
        with os.fdopen(reader, 'rb') as reader:
            pipe = f'/proc/{os.getpid()}/fd/{writer}'
            _, _, outcomes = play([shell('late', f'exec 9>{pipe}; sleep 50 & sleep 50')], time.monotonic() + 0.3)
            os.close(writer)
            self.assert_ended(reader)
        self.assertIn('did not end in its time', outcomes['late'].note)

    def test_what_a_deadline_leaves_no_time_for_does_not_start(self):
        _, _, outcomes = play([shell('never', 'echo 1 passed, 0 failed')], time.monotonic() - 1)
        self.assertEqual((outcomes['never'].passed, outcomes['never'].failed), (0, 1))

    def test_only_those_that_are_wanted_run(self):
        _, _, outcomes = play([shell('unit-a', 'echo 1 passed, 0 failed'), shell('sim', 'true')], patterns=['unit*'])
        self.assertEqual(list(outcomes), ['unit-a'])

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(play([])[0], 1)

    def end_one_that_waits(self, first=''):
        with tempfile.TemporaryDirectory() as folder:
            pipe = f'{folder}/pipe'
            os.mkfifo(pipe)
            program = ('import sys; sys.path.insert(0, "scripts"); from lib import suites\n'
                       'with suites.Run() as run:\n'
                       f'    run.begin([suites.Suite("s", ["sh", "-c", "exec sleep 50 >{pipe}"])])\n'
                       f'    {first}\n'
                       '    run.wait()\n')
            with subprocess.Popen([sys.executable, '-B', '-c', program], cwd=selftest.TOP) as process:
                with open(pipe, 'rb') as reader:  # opens when the suite does
                    process.send_signal(signal.SIGTERM)
                    self.assert_ended(reader)
                self.assertEqual(process.wait(20), 128 + signal.SIGTERM)

    def test_a_run_that_is_ended_ends_what_it_started(self):
        self.end_one_that_waits()

    def test_also_when_the_signal_does_not_wake_its_main_thread(self):
        self.end_one_that_waits('import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])')


if __name__ == '__main__':
    selftest.main()
