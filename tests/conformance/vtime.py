"""The Python half of the conformance kit: asyncio under virtual time, and the words that both halves use.

The C half, common/conformance.h, has the same functions under the same names, so that a program and its
twin can be read side by side.
"""

import asyncio
import errno
import gc
import heapq
import selectors
import socket
import threading

__all__ = ['VirtualLoop', 'new_loop', 'run', 'say', 'told', 'outcome', 'reason', 'failure', 'drop', 'MS', 'Dice',
           'run_main']

MS = 0.001  # COIL_MS(1), in the seconds of asyncio
PATIENCE = 0.010  # real seconds for what is on its way from one real socket to another

_clock = {'now': 0.0}  # of the loop that ran last, so that say() works outside a run too


class JumpingSelector(selectors.SelectSelector):
    """Where the loop would sleep the clock jumps to the end of that sleep instead."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        ready = super().select(0)
        if not ready and timeout != 0 and len(self.get_map()) > 1:  # more than the loop's own
            ready = super().select(PATIENCE if timeout else 100 * PATIENCE)
        if ready:
            return ready
        if timeout is None:
            if threading.active_count() > 1:
                return super().select(None)
            ready = super().select(0)  # the last thread may have had something to say before it went
            if ready:
                return ready
            raise RuntimeError('deadlock: nothing can ever happen any more')
        if timeout > 0:
            self.now = _clock['now'] = round(self.now + timeout, 9)
        return ready


class OrderedTimer(asyncio.TimerHandle):
    """A timer that comes after those made before it for the same time.

    Real clocks never tie, so asyncio leaves the order of equal times to heapq, which is not stable. A virtual
    clock ties all the time; first come, first served is the only order a reader would guess.
    """

    __slots__ = ('_number',)
    _made = 0

    def __init__(self, when, callback, args, loop, context):
        super().__init__(when, callback, args, loop, context)
        OrderedTimer._made += 1
        self._number = OrderedTimer._made

    def __lt__(self, other):
        return (self._when, self._number) < (other._when, other._number)


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio's own loop with a clock that only moves when nothing is ready."""

    def __init__(self):
        super().__init__(JumpingSelector())
        self._clock_resolution = 1e-9
        self.set_exception_handler(_report)
        _clock['now'] = 0.0

    def time(self):
        return self._selector.now

    def call_at(self, when, callback, *args, context=None):
        self._check_closed()
        # On a grid of nanoseconds: 0.1 + 0.2 and 0.3 are the same moment, as they are in C.
        timer = OrderedTimer(round(when, 9), callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer


def _report(loop, context):
    error = context.get('exception')
    say(f"report: {context['message'].rstrip('!')} ({told(error) if error else 'ok'})")


def new_loop():
    """A virtual loop to run by hand; the caller closes it."""
    return VirtualLoop()


def run(main):
    """asyncio.run(main()) under virtual time. Returns what main returned."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())


def run_main(main):
    """told(run_main(main)) of the C half: what became of the program."""
    try:
        return told(run(main))
    except BaseException as error:
        return told(error)


class Dice:
    """Dice that fall alike on both sides."""

    def __init__(self, seed):
        self.x = seed

    def roll(self, sides):
        """0 .. sides - 1"""
        self.x = (self.x * 1103515245 + 12345) & 0x7fffffff
        return (self.x >> 16) % sides


def say(text):
    """One line of the log, with the virtual time in milliseconds."""
    print(f"[{_clock['now'] * 1000:10.3f}] {text}", flush=True)


_NAMES = (  # a class before its bases
    (asyncio.CancelledError, 'ECANCELED'),
    (asyncio.InvalidStateError, 'EPENDING'),
    (asyncio.QueueEmpty, 'EAGAIN'),
    (asyncio.QueueFull, 'EAGAIN'),
    (getattr(asyncio, 'QueueShutDown', ()), 'ESHUTDOWN'),
    (asyncio.BrokenBarrierError, 'EBROKEN'),
    (asyncio.IncompleteReadError, 'EINCOMPLETE'),
    (asyncio.LimitOverrunError, 'ELIMIT'),
    (BaseExceptionGroup, 'EGROUP'),
    (StopIteration, 'EENDED'),
    (StopAsyncIteration, 'EENDED'),
    (ValueError, 'EINVAL'),
)


def _error_name(error):
    if isinstance(error, socket.gaierror):
        return next(name for name in dir(socket) if name.startswith('EAI_') and getattr(socket, name) == error.errno)
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode[error.errno]
    if isinstance(error, TimeoutError):
        return 'ETIMEDOUT'
    for kind, name in _NAMES:
        if isinstance(error, kind):
            return name
    return type(error).__name__


def told(what):
    """A value, an exception (by the name of coil's code for it), or how a future stands."""
    if isinstance(what, BaseException):
        return _error_name(what)
    if asyncio.isfuture(what):
        if not what.done():
            return 'pending'
        if what.cancelled():
            return 'ECANCELED'
        error = what.exception()
        return told(what.result() if error is None else error)
    return str(what)


async def outcome(awaitable):
    """Awaits in place and tells what came of it, whatever it was: told(coil_await(...))."""
    try:
        return told(await awaitable)
    except BaseException as error:
        return told(error)


def reason(error):
    """The text an exception was raised, or a cancellation asked, with."""
    words = [word for word in error.args if isinstance(word, str)]
    return words[0] if words else 'none'


def failure(code, text):
    """The twin of coil_raise(code, text)."""
    return OSError(code, text)


def drop():
    """Collects what nobody refers to any more: coil_future_unref has run by now."""
    gc.collect()
