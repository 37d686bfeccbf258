"""A task cancelled before its first step by a sibling that runs first: it never runs, and its waiter hears of it."""
import asyncio
from vtime import outcome, run, say, told

tasks = {}


async def canceller():
    say(f"cancel: {tasks['victim'].cancel('too late to begin')}")
    say(f"victim: {told(tasks['victim'])}")


async def victim():
    say('victim runs')


async def main():
    tasks['canceller'] = asyncio.create_task(canceller())
    tasks['victim'] = asyncio.create_task(victim())
    tasks['victim'].add_done_callback(lambda task: say(f'callback: {told(task)}'))
    say(f"await: {await outcome(tasks['victim'])}")
    say(f"cancelling: {tasks['victim'].cancelling()}")

run(main)
