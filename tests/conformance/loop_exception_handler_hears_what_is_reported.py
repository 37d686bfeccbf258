"""call_exception_handler calls the handler at once; setting another one replaces it."""
import errno
from vtime import failure, new_loop, say, told

loop = new_loop()


def mine(loop, context):
    say(f"mine: {context['message']}, {told(context['exception'])}")


def report(text):
    say(f'before {text}')
    loop.call_exception_handler({'message': text, 'exception': failure(errno.ENOENT, text)})
    say(f'after {text}')


def swap():
    loop.set_exception_handler(mine)
    report('two')


loop.call_soon(report, 'one')
loop.call_soon(swap)
loop.call_soon(report, 'three')
loop.call_soon(loop.stop)
loop.run_forever()
loop.close()
