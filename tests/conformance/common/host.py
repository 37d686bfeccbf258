"""Runs many programs on one CPython: imports what they need once, then forks for each.

    python3 host.py FOLDER PROGRAM.py...

The output of each goes to FOLDER/STEM.out and .err; standard output gets one line "STEM CODE" for each, where
CODE is what the program exited with, "skipped" if it needs a newer Python, or "signal N".
"""

# Those that are not used here are for the children, who would import them again each.
import asyncio  # noqa: F401
import concurrent.futures.process  # noqa: F401
import concurrent.futures.thread  # noqa: F401
import gc
import os
import re
import runpy
import signal
import subprocess  # noqa: F401
import sys
import traceback

LIMIT_SECONDS = 30


def needs(path):
    """The oldest version the program is for, from its first lines: "# needs: 3.12"."""
    with open(path, encoding='utf-8') as source:
        found = re.search(r'^# needs: (\d+)\.(\d+)$', source.read(400), re.M)
    return tuple(map(int, found.groups())) if found else (3, 11)


def redirect(stream, path):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.dup2(file, stream.fileno())
    os.close(file)


def child(folder, stem, path):
    redirect(sys.stdout, f'{folder}/{stem}.out')
    redirect(sys.stderr, f'{folder}/{stem}.err')
    signal.alarm(LIMIT_SECONDS)
    code = 1
    try:
        runpy.run_path(path, run_name='__main__')
        code = 0
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main(folder, paths):
    os.makedirs(folder, exist_ok=True)
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    import vtime  # noqa: F401
    gc.freeze()  # so that a child's collector does not write to, and copy, what they share
    for path in paths:
        stem = os.path.basename(path).removesuffix('.py')
        if sys.version_info[:2] < needs(path):
            print(stem, 'skipped', flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            child(folder, stem, path)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(stem, status if status >= 0 else f'signal {-status}', flush=True)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2:])
