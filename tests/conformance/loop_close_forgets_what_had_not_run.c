#include "common/conformance.h"

static struct coil_loop *loop;
static struct coil_future *future;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void done(struct coil_future *of, void *arg)
{
    (void)of;
    tell(arg);
}

static void last(void *arg)
{
    (void)arg;
    coil_call_soon(loop, new_call(tell, word("scheduled by the last turn")));
    coil_call_later(loop, new_call(tell, word("timer that is due")), 0);
    coil_future_set_result(future, coil_value(NULL), NULL);
    say("settled, stopping");
    coil_loop_stop(loop);
}

int main(void)
{
    loop = new_loop();
    future = coil_loop_create_future(loop);
    coil_future_add_done_callback(future, new_done(), done, word("done-callback"));
    coil_call_later(loop, new_call(tell, word("timer")), COIL_MS(20));
    coil_call_later(loop, new_call(last, NULL), COIL_MS(10));
    coil_loop_run_forever(loop);
    say("closing");
    coil_future_unref(future);
    coil_loop_close(loop);
    return 0;
}
