"""Future(): pending, running, done; cancelled while pending it must not be run; settled once."""
from concurrent.futures import Future, InvalidStateError
from common.jobs import result, state
from vtime import say


def settle(future, value):
    try:
        future.set_result(value)
        return 'settled'
    except InvalidStateError:
        return 'refused'


runs = Future()
say(f'made: {state(runs)}, at once: {result(runs, 0)}')
say(f'begins: {runs.set_running_or_notify_cancel()}, it is {state(runs)}')
runs.cancel()
say(f'asked to cancel: {state(runs)}')
say(f'{settle(runs, 7)}: {result(runs)}')
say(f'{settle(runs, 8)}: {result(runs)}')
dropped = Future()
say(f'cancel: {dropped.cancel()}, {result(dropped)}')
say(f'begins: {dropped.set_running_or_notify_cancel()}')
say(f'{settle(dropped, 9)}: {result(dropped)}')
