"""A callback that settles the next future: each link of the chain is one turn of the loop."""
import asyncio
from vtime import run, say


async def main():
    loop = asyncio.get_running_loop()
    links = [loop.create_future() for _ in range(4)]

    def pass_on(future):
        n = links.index(future)
        say(f'link {n} done')
        if n + 1 < len(links):
            links[n + 1].set_result(n + 1)

    for link in links:
        link.add_done_callback(pass_on)
    links[0].set_result(0)
    for turn in range(1, 6):
        await asyncio.sleep(0)
        say(f'turn {turn}, done: {sum(link.done() for link in links)}')

run(main)
