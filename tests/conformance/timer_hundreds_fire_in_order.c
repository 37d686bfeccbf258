#include "common/conformance.h"

#define N 300

static struct coil_loop *loop;
static struct dice dice = {7};

static struct timer {
    struct coil_call call;
    bool again;
} timers[N];

/* Evaluates from left to right, as the twin does. */
static int64_t random_delay(int shifts)
{
    int64_t us = roll(&dice, 64);

    return COIL_US(us << roll(&dice, shifts));
}

static void fire(void *arg)
{
    struct timer *timer = arg;
    int i = (int)(timer - timers);

    say("timer %d", i);
    if (i % 5 == 4)
        coil_call_cancel(&timers[(i + 7) % N].call);
    if (i % 9 == 8 && !timer->again) {
        timer->again = true;
        coil_call_later(loop, &timer->call, random_delay(12));
    }
}

static void stop(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
}

int main(void)
{
    loop = new_loop();
    for (int i = 0; i < N; i++) {
        coil_call_init(&timers[i].call, fire, &timers[i]);
        coil_call_later(loop, &timers[i].call, random_delay(22));
    }
    coil_call_later(loop, new_call(stop, NULL), COIL_SECONDS(600));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
