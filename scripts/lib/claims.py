"""For test scripts: named claims, each ok or FAIL, and the line of counts at the end."""

import os
import subprocess


class Claims:
    """Counts claims and prints each as it is decided."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def claim(self, name, complaint=''):
        """Decides a claim: it holds if there is nothing to complain of."""
        if complaint:
            self.failed += 1
            print(f'FAIL {name}\n{complaint}', flush=True)
        else:
            self.passed += 1
            print(f'ok   {name}', flush=True)
        return not complaint

    def skip(self, name, reason):
        self.skipped += 1
        print(f'skip {name}: {reason}', flush=True)

    def finish(self):
        """The line of counts; returns the exit status."""
        skipped = f', {self.skipped} skipped' if self.skipped else ''
        print(f'{self.passed} passed, {self.failed} failed{skipped}')
        return 1 if self.failed else 0


def run(*command, cwd=None, limit=120, **environment):
    """Runs a command. Returns (its output, what to complain of: '' if it ended well)."""
    words = ' '.join(str(word) for word in command)
    try:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, cwd=cwd,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit,
                              env={**os.environ, **environment}, check=False)
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b'').decode(errors='replace')
        return output, f'{words}: did not end in {limit} s\n{output}'
    except OSError as error:
        return '', f'{words}: {error.strerror}'
    output = done.stdout.decode(errors='replace')
    return output, f'{words}: exit status {done.returncode}\n{output}' if done.returncode else ''
