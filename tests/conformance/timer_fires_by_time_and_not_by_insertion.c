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

int main(void)
{
    int64_t start;

    loop = new_loop();
    start = coil_loop_time(loop);
    coil_call_later(loop, new_call(tell, word("after 30")), COIL_MS(30));
    coil_call_later(loop, new_call(tell, word("after 10")), COIL_MS(10));
    coil_call_later(loop, new_call(stop, NULL), COIL_MS(50));
    coil_call_later(loop, new_call(tell, word("after 20")), COIL_MS(20));
    coil_call_later(loop, new_call(tell, word("a nanosecond later")), COIL_MS(20) + COIL_NS(1));
    coil_call_at(loop, new_call(tell, word("at -1")), start - COIL_MS(1));
    coil_call_at(loop, new_call(tell, word("at -2")), start - COIL_MS(2));
    coil_call_at(loop, new_call(tell, word("at 0")), start);
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
