"""With start_serving=False nobody can connect before start_serving(), or serve_forever(); is_serving() says which."""
# needs: 3.12
import asyncio
from common.talk import ask, dial, echo, hang_up, serve
from vtime import run, say, told


async def visit(server):
    say(f'serving: {server.is_serving()}')
    try:
        reader, writer = await dial(server)
    except OSError as error:
        say(told(error))
        return
    await ask(reader, writer, 'hello')
    await hang_up(writer)


async def main():
    server = await serve(echo, start_serving=False)
    await visit(server)
    await server.start_serving()
    await visit(server)
    await server.start_serving()
    server.close()
    say(f'serving: {server.is_serving()}')
    server = await serve(echo, start_serving=False)
    await visit(server)
    task = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(1)
    await visit(server)
    task.cancel()
    await asyncio.wait([task])
    say(told(task))
    say(f'serving: {server.is_serving()}')

run(main)
