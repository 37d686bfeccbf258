"""Done-callbacks run in the order they were added; one that is added too late runs at once."""
from concurrent.futures import Future
from common.jobs import result
from vtime import say

future = Future()
for name in ('first', 'second', 'third'):
    future.add_done_callback(lambda done, name=name: say(f'{name} hears {result(done)}'))
say('settling')
future.set_result(5)
say('settled')
future.add_done_callback(lambda done: say(f'late hears {result(done)}'))
say('end')
