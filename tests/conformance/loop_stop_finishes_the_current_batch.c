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

static void stopper(void *arg)
{
    (void)arg;
    say("stop");
    coil_loop_stop(loop);
    coil_call_soon(loop, new_call(tell, word("scheduled after stop")));
}

static void late(void *arg)
{
    (void)arg;
    say("behind stop in the same turn");
    coil_call_soon(loop, new_call(tell, word("scheduled behind stop")));
    coil_call_soon(loop, new_call(stop, NULL));
}

int main(void)
{
    loop = new_loop();
    coil_call_soon(loop, new_call(stopper, NULL));
    coil_call_soon(loop, new_call(late, NULL));
    coil_loop_run_forever(loop);
    say("first run over");
    coil_loop_run_forever(loop);
    say("second run over");
    coil_loop_close(loop);
    return 0;
}
