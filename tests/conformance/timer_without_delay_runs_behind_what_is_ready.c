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

static void after(void *arg)
{
    (void)arg;
    say("after");
    coil_call_soon(loop, new_call(stop, NULL));
}

static void both(void *arg)
{
    (void)arg;
    say("both");
    coil_call_later(loop, new_call(tell, word("later 0")), 0);
    coil_call_soon(loop, new_call(tell, word("soon")));
    coil_call_later(loop, new_call(tell, word("later -1")), -COIL_SECONDS(1));
    coil_call_soon(loop, new_call(tell, word("soon again")));
    coil_call_soon(loop, new_call(after, NULL));
}

int main(void)
{
    loop = new_loop();
    coil_call_soon(loop, new_call(both, NULL));
    coil_call_soon(loop, new_call(tell, word("same turn")));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
