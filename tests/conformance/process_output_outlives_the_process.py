"""What a child wrote can be read after it has ended; communicate after its end gives what is left, and then nothing."""
from common.children import PIPE, communicate, shell, tell_returncode
from common.talk import tell_data
from vtime import run


async def main():
    process = await shell('echo one; echo two; echo bad >&2; exit 3', stdout=PIPE, stderr=PIPE)
    await process.wait()
    tell_returncode(process)
    await tell_data('line', process.stdout.readline())
    await communicate(process)
    await communicate(process)

run(main)
