#!/usr/bin/env python3
"""Every script says how it is called, and refuses in one line what it does not know."""

import glob
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../scripts'))

from lib import selftest  # noqa: E402


def call(script, *arguments):
    return subprocess.run([script, *arguments], cwd=selftest.TOP, check=False, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)


class Usage(unittest.TestCase):
    def setUp(self):
        os.chdir(selftest.TOP)
        self.scripts = [path for path in sorted(glob.glob('scripts/*'))
                        if os.path.isfile(path) and os.access(path, os.X_OK)]
        self.assertIn('scripts/check', self.scripts)

    def test_help_tells_how_it_is_called(self):
        for script in self.scripts:
            done = call(script, '--help')
            self.assertEqual((script, done.returncode, done.stderr), (script, 0, ''))
            self.assertIn(f'  {script}', done.stdout)

    def test_an_unknown_option_is_refused_in_one_line(self):
        for script in self.scripts:
            done = call(script, '--no-such-option', 'x')
            self.assertEqual((script, done.returncode, done.stdout), (script, 2, ''))
            self.assertRegex(done.stderr, rf'\A{script}: [^\n]*{script} --help\)\n\Z')


if __name__ == '__main__':
    selftest.main()
