"""The exit status is the returncode; None while it runs; wait gives it again and again."""
from common.children import PIPE, shell, tell_returncode
from vtime import run, say


async def main():
    process = await shell('read x; exit 3', stdin=PIPE)
    tell_returncode(process)
    process.stdin.write(b'go\n')
    say(f'wait {await process.wait()}')
    tell_returncode(process)
    say(f'wait {await process.wait()}')
    process = await shell('exit 200')
    say(f'wait {await process.wait()}')

run(main)
