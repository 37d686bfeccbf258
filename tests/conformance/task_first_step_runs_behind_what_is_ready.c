#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result worker(void *arg)
{
    say("%s begins", (const char *)arg);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *a, *b;

    (void)arg;
    coil_call_soon(loop, new_call(tell, word("ready before")));
    a = coil_create_task(worker, word("a"));
    coil_call_soon(loop, new_call(tell, word("ready between")));
    b = coil_create_task(worker, word("b"));
    coil_call_soon(loop, new_call(tell, word("ready after")));
    say("created");
    coil_join(a);
    coil_join(b);
    say("main ends");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
