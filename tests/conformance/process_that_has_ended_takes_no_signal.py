"""A signal to a child that has ended is refused."""
import signal
from common.children import attempt, shell
from vtime import run


async def main():
    process = await shell('true')
    await process.wait()
    attempt('kill', process.kill)
    attempt('terminate', process.terminate)
    attempt('send_signal', process.send_signal, signal.SIGHUP)

run(main)
