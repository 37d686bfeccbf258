"""Three hundred timers from microseconds to minutes, with ties, some of them cancelling others, fire in exact order."""
from vtime import Dice, new_loop, say

N = 300
loop = new_loop()
dice = Dice(7)
timers = []
again = set()


def fire(i):
    say(f'timer {i}')
    if i % 5 == 4:
        timers[(i + 7) % N].cancel()
    if i % 9 == 8 and i not in again:
        again.add(i)
        timers[i] = loop.call_later(1e-6 * (dice.roll(64) << dice.roll(12)), fire, i)


for i in range(N):
    delay_us = dice.roll(64) << dice.roll(22)
    timers.append(loop.call_later(1e-6 * delay_us, fire, i))
loop.call_later(600, loop.stop)
loop.run_forever()
loop.close()
