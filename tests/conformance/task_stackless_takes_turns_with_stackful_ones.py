"""Coroutines of both kinds are tasks like others: they yield and sleep in one order. (In C, a and c have no stack.)"""
import asyncio
from vtime import MS, run, say


async def worker(name, delay):
    for n in range(3):
        say(f'{name} yields {n}')
        await asyncio.sleep(0)
    for n in range(3):
        await asyncio.sleep(delay)
        say(f'{name} slept {n}')


async def main():
    tasks = [asyncio.create_task(worker(name, 10 * MS)) for name in 'abcd']
    for task in tasks:
        await task
        say('main has one')

run(main)
