#!/usr/bin/env python3
"""Is the model right? Runs random programs on asyncio itself, under virtual time, and compares with what the model said.

    sim-random_graphs --dump FIRST LAST MINOR | check_model.py

MINOR is this interpreter's (3.MINOR): the programs then have only what it does as the newest. Standard input has one JSON array a
line: seed, the model's trace, the program (program.h says what that is). Prints a paragraph for each that differs; the last line is
"N passed, N failed".

Where asyncio walks a set of futures, whose order is that of addresses, it is given one that keeps the order in which
things were put in: coil and the model keep that one.
"""

import asyncio
import errno
import inspect
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'conformance'))

from vtime import VirtualLoop, told  # noqa: E402

FUTURES, TASKS, CALLS, DONES = 6, 24, 5, 5
SLOTS = FUTURES + 2 * TASKS
RAISE, GO_ON, CLEANUP, UNCANCEL = range(4)
PATIENCE, ROUNDS = 400, 200
BLOCKS = ('TIMEOUT', 'GROUP', 'LOCK', 'SEMAPHORE', 'CONDITION')
NOTHING = '-'


class OrderedSet(dict):
    """As much of a set as asyncio uses of it."""

    def __init__(self, items=()):
        super().__init__((item, None) for item in items)

    add = dict.setdefault

    def remove(self, item):
        del self[item]

    def discard(self, item):
        self.pop(item, None)


def keep_order():
    """Task groups and as_completed with ordered sets."""
    if hasattr(asyncio, 'TaskGroup'):
        enter = asyncio.TaskGroup.__aenter__

        async def ordered_enter(group):
            group._tasks = OrderedSet()
            return await enter(group)

        asyncio.TaskGroup.__aenter__ = ordered_enter
    iterator = getattr(asyncio.tasks, '_AsCompletedIterator', None)
    if iterator is not None:
        text = inspect.getsource(iterator.__init__)
        unordered = '{ensure_future(aw, loop=loop) for aw in set(aws)}'
        assert unordered in text, 'as_completed is not as it was: see keep_order'
        lines = text.replace(unordered, 'OrderedSet(ensure_future(aw, loop=loop) for aw in aws)').splitlines()
        margin = len(lines[0]) - len(lines[0].lstrip())
        scope = {**vars(asyncio.tasks), 'OrderedSet': OrderedSet}
        exec('\n'.join(line[margin:] for line in lines), scope)
        iterator.__init__ = scope['__init__']


def error_of(number):
    code = errno.EIO if number % 2 else errno.ENOENT
    return OSError(code, 'as the script says')


class Stopped(RuntimeError):
    """ESTOPPED: a group that takes no more tasks, a scope that has fired."""


def tell(what):
    if isinstance(what, Stopped):
        return 'ESTOPPED'
    if isinstance(what, BaseExceptionGroup):
        return 'EGROUP'
    if isinstance(what, ValueError) and 'released too many' in str(what):
        return 'EOVERFLOW'
    if isinstance(what, list):
        return '[' + ','.join('0' if isinstance(item, list) else tell(item) for item in what) + ']'
    if isinstance(what, bool):
        return str(int(what))
    if isinstance(what, EOFError):
        return 'EENDED'
    text = '0' if what is None else told(what)
    return 'EPENDING' if text == 'pending' else text


class Run:
    """One program: its objects, and its trace."""

    def __init__(self, loop, program):
        self.loop = loop
        self.unit = program['unit']
        self.program = program
        self.trace = []
        self.slots = [loop.create_future() for _ in range(FUTURES)] + [None] * (2 * TASKS)
        self.made = set()
        self.calls = [None] * CALLS
        self.watched = [None] * DONES
        self.callbacks = [Actor(self, 'C', i, program['calls'][i]) for i in range(CALLS)]
        self.dones = [Actor(self, 'D', i, program['dones'][i]) for i in range(DONES)]
        self.locks = [asyncio.Lock() for _ in range(2)]
        self.events = [asyncio.Event() for _ in range(2)]
        self.semaphores = [asyncio.Semaphore(1), asyncio.BoundedSemaphore(1)]
        self.conditions = [asyncio.Condition() for _ in range(2)]
        self.barriers = [asyncio.Barrier(2), asyncio.Barrier(3)]
        self.queues = [asyncio.Queue(2), asyncio.LifoQueue(), asyncio.PriorityQueue()]

    def units(self, n):
        """A duration; None: no limit."""
        return None if n == -1 else n * self.unit / 1e9

    def tell(self, who, at, kind, text):
        self.trace.append(f'{round(self.loop.time() * 1e9)} {who}.{at} {kind} {text}')

    def listed(self, slots):
        return [self.slots[slot] for slot in slots if self.slots[slot] is not None]

    def create(self, number, group=None):
        if number in self.made:
            return NOTHING
        task = self.program['tasks'][number]
        actor = Actor(self, 'T', number, task['script'])
        slot = FUTURES + number
        if group is not None:
            coroutine = actor.main()
            try:
                self.slots[slot] = group.create_task(coroutine)
            except RuntimeError as error:
                coroutine.close()
                raise Stopped from error
            self.made.add(number)
            return None
        self.made.add(number)
        if task['eager'] and sys.version_info >= (3, 12):
            self.slots[slot] = asyncio.Task(actor.main(), loop=self.loop, eager_start=True)
        else:
            self.slots[slot] = self.loop.create_task(actor.main())
        return None


class Actor:
    """Who runs a script: a task or a callback."""

    def __init__(self, run, letter, number, script):
        self.run = run
        self.number = number
        self.who = f'{letter}{number}'
        self.script = script
        self.scopes = []  # timeouts and groups around it

    # -- what a task does ---------------------------------------------------------------------------------

    async def main(self):
        await self.actions(0, len(self.script))
        return 1000 + self.number

    async def actions(self, at, end):
        while at < end:
            kind, policy, body, a, b, slots = self.script[at]
            try:
                if kind in BLOCKS:
                    await self.block(at)
                    result = None
                else:
                    result = await self.perform(at, kind, a, b, slots)
            except BaseException as error:
                self.run.tell(self.who, at, kind, tell(error))
                await self.apply(policy, error)
            else:
                self.run.tell(self.who, at, kind, result if result is NOTHING else tell(result))
            at += 1 + body

    async def apply(self, policy, error):
        if policy == GO_ON:
            return
        if policy == UNCANCEL and isinstance(error, asyncio.CancelledError):
            self.run.tell(self.who, -1, 'UNCANCEL', self.plain('UNCANCEL', FUTURES + self.number, 0, []))
            return
        if policy == CLEANUP:
            await self.told_sleep(1)
        raise error

    async def told_sleep(self, units):
        try:
            await asyncio.sleep(self.run.units(units))
        except asyncio.CancelledError as error:
            self.run.tell(self.who, -1, 'SLEEP', tell(error))
            raise
        self.run.tell(self.who, -1, 'SLEEP', '0')

    async def block(self, at):
        kind, _, body, a, _, _ = self.script[at]
        run = self.run
        if kind == 'TIMEOUT':
            manager = asyncio.timeout(run.units(a))
        elif kind == 'GROUP':
            manager = asyncio.TaskGroup()
        else:
            manager = {'LOCK': run.locks, 'SEMAPHORE': run.semaphores, 'CONDITION': run.conditions}[kind][a]
        async with manager:
            run.tell(self.who, at, kind, '0')
            self.scopes.append((kind, manager))
            try:
                await self.actions(at + 1, at + 1 + body)
            finally:
                self.scopes.pop()

    def scope(self, kind, n):
        return [manager for its_kind, manager in reversed(self.scopes) if its_kind == kind][n]

    async def perform(self, at, kind, a, b, slots):
        run = self.run
        if kind == 'SLEEP':
            return await asyncio.sleep(run.units(a))
        if kind == 'YIELD':
            return await asyncio.sleep(0)
        if kind in ('AWAIT', 'SHIELD_AWAIT', 'WAIT_FOR'):
            future = run.slots[a]
            if future is None:
                return NOTHING
            if kind == 'AWAIT':
                return await future
            if kind == 'SHIELD_AWAIT':
                return await asyncio.shield(future)
            return await asyncio.wait_for(future, run.units(b))
        if kind in ('GATHER_AWAIT', 'WAIT'):
            futures = run.listed(slots)
            if not futures:
                return NOTHING
            if kind == 'GATHER_AWAIT':
                return await asyncio.gather(*futures, return_exceptions=bool(a))
            condition = (asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION)[a]
            done, _ = await asyncio.wait(futures, timeout=run.units(b), return_when=condition)
            return len(done)
        if kind == 'AS_COMPLETED':
            return await self.as_completed(at, run.listed(slots), a, run.units(b))
        if kind.startswith('QUEUE') and kind in ('QUEUE_PUT', 'QUEUE_GET', 'QUEUE_JOIN'):
            queue = run.queues[a]
            return await (queue.put(b) if kind == 'QUEUE_PUT' else
                          queue.get() if kind == 'QUEUE_GET' else queue.join())
        if kind == 'CONDITION_WAIT':
            await run.conditions[a].wait()
            return None
        if kind == 'EVENT_WAIT':
            await run.events[a].wait()
            return None
        if kind.startswith('BARRIER'):
            barrier = run.barriers[a]
            return await (barrier.wait() if kind == 'BARRIER_WAIT' else
                          barrier.reset() if kind == 'BARRIER_RESET' else barrier.abort())
        return self.plain(kind, a, b, slots)

    async def as_completed(self, at, futures, wanted, limit):
        iterator = asyncio.as_completed(futures, timeout=limit)
        for _ in range(wanted):
            try:
                future = await iterator.__anext__()
            except StopAsyncIteration:
                raise EOFError from None
            self.run.tell(self.who, at, 'AS_COMPLETED', str(self.run.slots.index(future)))

    # -- what does not wait: tasks and callbacks -----------------------------------------------------------

    def callback(self):
        for at, (kind, _, _, a, b, slots) in enumerate(self.script):
            try:
                result = self.plain(kind, a, b, slots)
            except Exception as error:
                self.run.tell(self.who, at, kind, tell(error))
            else:
                self.run.tell(self.who, at, kind, result if result is NOTHING else tell(result))

    def plain(self, kind, a, b, slots):
        run = self.run
        if kind in ('SETTLE', 'FAIL', 'CANCEL', 'UNCANCEL', 'CANCELLING', 'STATE'):
            return self.with_future(kind, run.slots[a], b)
        if kind in ('GATHER', 'SHIELD'):
            return self.keep(kind, a, slots)
        if kind.startswith('CALL_'):
            return self.call(kind, a, b)
        if kind in ('ADD_DONE', 'REMOVE_DONE'):
            return self.done(kind, a, b)
        if kind.startswith('QUEUE_'):
            return self.queue(kind, run.queues[a], b)
        return getattr(self, 'do_' + kind.lower())(a, b)

    @staticmethod
    def with_future(kind, future, b):
        if future is None:
            return NOTHING
        if kind == 'CANCEL':
            return future.cancel()
        if kind == 'UNCANCEL':
            return future.uncancel()
        if kind == 'CANCELLING':
            return future.cancelling()
        if kind == 'STATE':
            if not future.done() or future.cancelled():
                return [future]
            return [future.exception() or future.result()]
        if future.done():
            return NOTHING
        if kind == 'SETTLE':
            future.set_result(b)
        else:
            future.set_exception(error_of(b))
        return None

    def keep(self, kind, a, slots):
        run, slot = self.run, FUTURES + TASKS + self.number
        futures = run.listed(slots if kind == 'GATHER' else [a])
        if not futures or run.slots[slot] is not None:
            return NOTHING
        run.slots[slot] = (asyncio.gather(*futures, return_exceptions=bool(a)) if kind == 'GATHER'
                           else asyncio.shield(futures[0]))
        return None

    def call(self, kind, a, b):
        run = self.run
        if (run.calls[a] is None) != (kind != 'CALL_CANCEL'):
            return NOTHING

        def now():
            run.calls[a] = None
            run.callbacks[a].callback()

        if kind == 'CALL_CANCEL':
            run.calls[a].cancel()
            run.calls[a] = None
        elif kind == 'CALL_SOON':
            run.calls[a] = run.loop.call_soon(now)
        else:
            run.calls[a] = run.loop.call_later(run.units(b), now)
        return None

    def done(self, kind, a, b):
        run = self.run
        if kind == 'ADD_DONE':
            if run.watched[a] is not None or run.slots[b] is None:
                return NOTHING

            def now(_):
                run.watched[a] = None
                run.dones[a].callback()

            run.watched[a] = (run.slots[b], now)
            run.slots[b].add_done_callback(now)
            return None
        if run.watched[a] is None or run.watched[a][0].done():
            return NOTHING
        future, now = run.watched[a]
        future.remove_done_callback(now)
        run.watched[a] = None
        return None

    @staticmethod
    def queue(kind, queue, b):
        if kind == 'QUEUE_PUT_NOWAIT':
            return queue.put_nowait(b)
        if kind == 'QUEUE_GET_NOWAIT':
            return queue.get_nowait()
        if kind == 'QUEUE_TASK_DONE':
            return queue.task_done()
        return queue.shutdown(immediate=bool(b))

    def do_raise(self, _, b):
        raise error_of(b)

    def do_count(self, _a, _b):
        return len(asyncio.all_tasks(self.run.loop))

    def do_create(self, a, _):
        return self.run.create(a)

    def do_group_create(self, a, _):
        return self.run.create(a, self.scope('GROUP', 0))

    def do_reschedule(self, a, b):
        delay = self.run.units(b)
        try:
            self.scope('TIMEOUT', a).reschedule(None if delay is None else self.run.loop.time() + delay)
        except RuntimeError as error:
            raise Stopped from error

    def do_semaphore_release(self, a, _):
        self.run.semaphores[a].release()

    def do_condition_notify(self, a, b):
        self.run.conditions[a].notify(b)

    def do_event_set(self, a, _):
        self.run.events[a].set()

    def do_event_clear(self, a, _):
        self.run.events[a].clear()


class MainActor(Actor):
    """Task 0: when its script is over it ends all others (script_epilogue)."""

    async def main(self):
        try:
            await self.actions(0, len(self.script))
        except BaseException:
            pass
        await self.told_sleep(PATIENCE)
        for i in range(CALLS):
            result = self.plain('CALL_CANCEL', i, 0, [])
            self.run.tell(self.who, -1, 'CALL_CANCEL', result or '0')
        left = self.count()
        rounds = 0
        while rounds == 0 or (left > 1 and rounds < ROUNDS):
            rounds += 1
            for slot, future in enumerate(self.run.slots):
                if future is not None and slot != FUTURES:
                    future.cancel()
            await self.told_sleep(2)
            left = self.count()
        for slot, future in enumerate(self.run.slots):
            if future is not None:
                self.run.tell(self.who, -1, 'STATE', tell(self.plain('STATE', slot, 0, [])))
        for _ in range(5):
            await asyncio.sleep(0)

    def count(self):
        n = self.do_count(0, 0)
        self.run.tell(self.who, -1, 'COUNT', str(n))
        return n


def run_program(program):
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda *_: None)
    run = Run(loop, program)
    run.made.add(0)
    main = MainActor(run, 'T', 0, program['tasks'][0]['script'])
    task = run.slots[FUTURES] = loop.create_task(main.main())
    try:
        loop.run_until_complete(task)
    except RuntimeError as error:
        run.trace.append(str(error))
    loop.close()
    return run.trace


def difference(expected, got):
    """The first line that differs, with some before it."""
    same = 0
    while same < min(len(expected), len(got)) and expected[same] == got[same]:
        same += 1
    shown = [f'    {line}' for line in got[max(0, same - 10):same]]
    shown += [f'  {name} {lines[same] if same < len(lines) else "(end)"}'
              for name, lines in (('model:   ', expected), ('asyncio: ', got))]
    return '\n'.join(shown)


def main():
    keep_order()
    passed = failed = 0
    for line in sys.stdin:
        seed, trace, program = json.loads(line)
        expected, got = trace.splitlines(), run_program(program)
        if expected == got:
            passed += 1
            continue
        failed += 1
        if failed <= 5:
            print(f'FAIL seed {seed} on CPython {sys.version.split()[0]}\n{difference(expected, got)}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
