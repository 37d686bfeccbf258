#include "common/conformance.h"

static struct coil_loop *loop;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void stop(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
}

static void second(void *arg)
{
    (void)arg;
    say("second turn");
    coil_call_soon(loop, new_call(stop, NULL));
}

static void first(void *arg)
{
    (void)arg;
    say("first turn");
    coil_call_soon(loop, new_call(second, NULL));
}

int main(void)
{
    struct coil_call *not_due = new_call(tell, word("timer that is not"));

    loop = new_loop();
    coil_call_soon(loop, new_call(first, NULL));
    coil_call_later(loop, new_call(tell, word("timer that is due")), 0);
    coil_call_later(loop, not_due, COIL_MS(10));
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    say("run over");
    coil_loop_run_forever(loop);
    say("second run over");
    coil_loop_close(loop);
    return 0;
}
