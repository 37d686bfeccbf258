#include "common/conformance.h"

static struct coil_loop *loop;

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void child(void *arg)
{
    const char *name = arg;

    say("child of %s", name);
    if (name[0] == 'a')
        coil_call_soon(loop, new_call(tell, word("grandchild of a")));
}

static void parent(void *arg)
{
    say("%s runs", (const char *)arg);
    coil_call_soon(loop, new_call(child, arg));
}

static void stopper(void *arg)
{
    (void)arg;
    say("stop");
    coil_loop_stop(loop);
}

static void before_stop(void *arg)
{
    (void)arg;
    say("three turns later");
    coil_call_soon(loop, new_call(stopper, NULL));
}

static void second(void *arg)
{
    (void)arg;
    coil_call_soon(loop, new_call(before_stop, NULL));
}

int main(void)
{
    loop = new_loop();
    coil_call_soon(loop, new_call(parent, word("a")));
    coil_call_soon(loop, new_call(parent, word("b")));
    coil_call_soon(loop, new_call(parent, word("c")));
    coil_call_soon(loop, new_call(second, NULL));
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    return 0;
}
