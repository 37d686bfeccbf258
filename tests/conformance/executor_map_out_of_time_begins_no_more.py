"""A map that times out cancels what has not begun; what runs ends by itself."""
from common.jobs import Gate, pool, result
from vtime import say, told

executor = pool(1)
gate = Gate('first')
first = executor.submit(gate.job)
gate.wait_until_begun()
numbers = executor.map(lambda name: say(f'{name} begins'), ['second', 'third'], timeout=0.01)
try:
    next(numbers)
except TimeoutError as error:
    say(f'map: {told(error)}')
gate.let_go()
say(f'first: {result(first)}')
executor.shutdown()
