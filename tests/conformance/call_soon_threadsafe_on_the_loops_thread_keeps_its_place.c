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

static void mix(void *arg)
{
    (void)arg;
    coil_call_soon(loop, new_call(tell, word("1 soon")));
    coil_call_soon_threadsafe(loop, new_call(tell, word("2 threadsafe")));
    coil_call_soon(loop, new_call(tell, word("3 soon")));
    coil_call_soon_threadsafe(loop, new_call(tell, word("4 threadsafe")));
    coil_call_soon_threadsafe(loop, new_call(stop, NULL));
}

int main(void)
{
    loop = new_loop();
    coil_call_soon(loop, new_call(mix, NULL));
    coil_call_soon(loop, new_call(tell, word("same turn as mix")));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
