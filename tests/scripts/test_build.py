#!/usr/bin/env python3
"""scripts/build, as far as it says something without building."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../scripts'))

from lib import selftest  # noqa: E402


class Build(unittest.TestCase):
    def setUp(self):
        """A copy, with nothing around it that could be built."""
        self.top = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.top)
        os.mkdir(os.path.join(self.top, 'scripts'))
        shutil.copy(os.path.join(selftest.TOP, 'scripts/build'), os.path.join(self.top, 'scripts'))

    def run_it(self, *arguments):
        done = subprocess.run(['scripts/build', *arguments], cwd=self.top, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode()

    def test_help_is_told_and_makes_nothing(self):
        for word in ('--help', '-h'):
            code, said = self.run_it(word)
            self.assertEqual(code, 0)
            self.assertIn('scripts/build [FOLDER [MESON-OPTION...]]', said)
            self.assertNotIn('set -eu', said)
        self.assertEqual(os.listdir(self.top), ['scripts'])

    def test_an_option_is_no_folder(self):
        code, said = self.run_it('-Dtests=false')
        self.assertEqual(code, 2)
        self.assertIn('-Dtests=false is no folder', said)
        self.assertEqual(os.listdir(self.top), ['scripts'])

    def test_what_cannot_be_configured_leaves_no_folder(self):
        code, said = self.run_it('build/x')
        self.assertEqual(code, 1)
        self.assertIn('meson', said.lower())
        self.assertFalse(os.path.exists(os.path.join(self.top, 'build/x')))


if __name__ == '__main__':
    selftest.main()
