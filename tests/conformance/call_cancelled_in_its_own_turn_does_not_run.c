#include "common/conformance.h"

static struct coil_loop *loop;
static struct coil_call *own, *victim;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void canceller(void *arg)
{
    (void)arg;
    say("cancels b and itself");
    coil_call_cancel(victim);
    coil_call_cancel(own);
    coil_call_cancel(victim);
}

static void stop(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
}

int main(void)
{
    loop = new_loop();
    own = new_call(canceller, NULL);
    victim = new_call(tell, word("b"));
    coil_call_soon(loop, new_call(tell, word("a")));
    coil_call_soon(loop, own);
    coil_call_soon(loop, victim);
    coil_call_soon(loop, new_call(tell, word("c")));
    coil_call_soon(loop, new_call(stop, NULL));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
