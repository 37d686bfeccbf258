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

static void link_of_chain(void *arg)
{
    intptr_t n = (intptr_t)arg;

    say("link %d", (int)n);
    if (n < 4)
        coil_call_soon(loop, new_call(link_of_chain, (void *)(n + 1)));
}

int main(void)
{
    loop = new_loop();
    coil_call_later(loop, new_call(tell, word("timer")), COIL_MS(1));
    coil_call_later(loop, new_call(stop, NULL), COIL_MS(2));
    coil_call_soon(loop, new_call(link_of_chain, (void *)1));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
