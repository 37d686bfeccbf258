"""executable, pass_fds and umask are the child's; a descriptor that is none is an error of the call."""
import asyncio
import os
from common.children import PIPE, communicate, shell
from vtime import outcome, run, say


async def main():
    ends = os.pipe()
    spare = os.dup(ends[1])
    os.write(ends[1], b'through the pipe\n')
    process = await asyncio.create_subprocess_exec('another', '-c', f'echo $0; head -n 1 <&{ends[0]}', stdout=PIPE,
                                                   executable='/bin/sh', pass_fds=(ends[0],))
    await communicate(process)
    await communicate(await shell(f'[ -e /proc/self/fd/{spare} ] || echo not passed; umask', stdout=PIPE, umask=0o27,
                                  pass_fds=(ends[0], ends[1])))
    for fd in (*ends, spare):
        os.close(fd)
    wrong = asyncio.create_subprocess_exec('true', pass_fds=(spare,))
    say(f"not there: {'an error' if await outcome(wrong) != '0' else 'fine'}")

run(main)
