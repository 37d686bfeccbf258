"""Child processes, for the triples of subprocess. children.c has the same under the same names.

A child takes real time, of which the virtual clock knows nothing: while one is waited for without a timer, none passes.
"""

import asyncio
from asyncio.subprocess import PIPE, STDOUT  # noqa: F401  for the triples

from vtime import say, told


async def shell(script, **how):
    """A child that runs a script of the shell."""
    return await asyncio.create_subprocess_shell(script, **how)


def attempt(what, function, *arguments):
    """Calls it and says what came of that."""
    try:
        function(*arguments)
        say(f'{what}: None')
    except ProcessLookupError:
        say(f'{what}: ESRCH')
    except BaseException as error:
        say(f'{what}: {told(error)}')


def tell_returncode(process):
    """How it ended, or that it runs."""
    say(f'returncode {process.returncode}')


async def communicate(process, data=None):
    """Says what it wrote, and how it ended."""
    out, err = await process.communicate(None if data is None else data.encode())
    say(f"out: {out.decode() if out is not None else ''!r}")
    say(f"err: {err.decode() if err is not None else ''!r}")
    tell_returncode(process)
