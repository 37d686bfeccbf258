"""For a future that is done already run_until_complete runs just one turn, with all that is ready."""
from vtime import new_loop, say

loop = new_loop()
future = loop.create_future()
future.set_result('here')


def ready():
    say('ready before')
    loop.call_soon(say, 'made by it')


loop.call_soon(ready)
say(f'result: {loop.run_until_complete(future)}')
say(f'again: {loop.run_until_complete(future)}')
loop.close()
