"""What cannot be started is an error of the call, whatever it is."""
import asyncio
from vtime import outcome, run, say


async def main():
    create = asyncio.create_subprocess_exec
    say(f"missing: {await outcome(create('/no/such/program'))}")
    say(f"missing name: {await outcome(create('no-such-program-anywhere'))}")
    say(f"no program: {await outcome(create('/etc/passwd'))}")
    say(f"no directory: {await outcome(create('true', cwd='/no/such'))}")

run(main)
