"""Given a coroutine, wait_for runs it in the caller's own task."""
# needs: 3.12
import asyncio
from common.workers import tell, work
from vtime import run, say

caller = None


async def who():
    say(f"in the caller's task: {asyncio.current_task() is caller}")
    return await work('a', 1)


async def main():
    global caller
    caller = asyncio.current_task()
    await tell('in time', asyncio.wait_for(who(), 2))
    await tell('too late', asyncio.wait_for(work('b', 5, cleanup=1), 2))
    await tell('refuses', asyncio.wait_for(work('c', 5, refuses=True), 2))

run(main)
