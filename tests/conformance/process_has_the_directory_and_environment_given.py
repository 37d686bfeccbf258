"""cwd and env are the child's; a name is looked for on the PATH that it gets."""
import asyncio
from common.children import PIPE, communicate, shell
from vtime import outcome, run, say


async def main():
    environment = {'COLOUR': 'green', 'PATH': '/bin:/usr/bin'}
    await communicate(await shell('pwd; echo $COLOUR $HOME', stdout=PIPE, cwd='/usr', env=environment))
    process = await asyncio.create_subprocess_exec('true', env=environment)
    say(f'found: {await process.wait()}')
    say(f"not found: {await outcome(asyncio.create_subprocess_exec('true', env={'PATH': '/no/such'}))}")

run(main)
