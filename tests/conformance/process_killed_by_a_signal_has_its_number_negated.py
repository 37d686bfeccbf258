"""What a signal killed has the signal's number, negated, as returncode."""
import signal
from common.children import attempt, shell, tell_returncode
from vtime import run


async def main():
    for end in ('kill', 'terminate', 'send_signal'):
        process = await shell('exec sleep 1000')
        attempt(end, getattr(process, end), *([signal.SIGUSR1] if end == 'send_signal' else []))
        await process.wait()
        tell_returncode(process)

run(main)
