#include "common/conformance.h"

static struct coil_loop *loop;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void ready(void *arg)
{
    (void)arg;
    say("ready before");
    coil_call_soon(loop, new_call(tell, word("made by it")));
}

int main(void)
{
    struct coil_future *future;

    loop = new_loop();
    future = coil_loop_create_future(loop);
    coil_future_set_result(future, text("here"), NULL);
    coil_call_soon(loop, new_call(ready, NULL));
    say("result: %s", told(coil_loop_run_until_complete(loop, future)));
    say("again: %s", told(coil_loop_run_until_complete(loop, future)));
    coil_future_unref(future);
    coil_loop_close(loop);
    return 0;
}
