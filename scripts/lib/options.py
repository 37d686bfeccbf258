"""Command lines of scripts: the documentation is the help, and what is wrong is told in one line."""

import argparse
import os
import sys


class Parser(argparse.ArgumentParser):
    def __init__(self, documentation):
        super().__init__(prog=os.path.join('scripts', os.path.basename(sys.argv[0])))
        self._documentation = documentation

    def format_help(self):
        return self._documentation.rstrip() + '\n'

    def error(self, message):
        sys.stderr.write(f'{self.prog}: {message} ({self.prog} --help)\n')
        sys.exit(2)
