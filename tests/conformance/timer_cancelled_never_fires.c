#include "common/conformance.h"

static struct coil_loop *loop;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void cancel(void *arg)
{
    coil_call_cancel(arg);
}

static void stop(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
}

int main(void)
{
    struct coil_call *at_once = new_call(tell, word("cancelled at once"));
    struct coil_call *later = new_call(tell, word("cancelled at 20"));
    struct coil_call *tie = new_call(tell, word("cancelled by its neighbour"));
    struct coil_call *far = new_call(tell, word("nobody waits an hour for it"));

    loop = new_loop();
    coil_call_later(loop, at_once, COIL_MS(10));
    coil_call_later(loop, later, COIL_MS(30));
    coil_call_later(loop, new_call(tell, word("kept")), COIL_MS(20));
    coil_call_later(loop, new_call(cancel, later), COIL_MS(20));
    coil_call_later(loop, new_call(cancel, tie), COIL_MS(40));
    coil_call_later(loop, tie, COIL_MS(40));
    coil_call_later(loop, new_call(tell, word("kept too")), COIL_MS(40));
    coil_call_later(loop, far, COIL_SECONDS(3600));
    coil_call_later(loop, new_call(cancel, far), COIL_MS(50));
    coil_call_later(loop, new_call(stop, NULL), COIL_MS(60));
    coil_call_cancel(at_once);
    coil_loop_run_forever(loop);
    say("stopped");
    coil_loop_close(loop);
    return 0;
}
