#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void done(struct coil_future *future, void *arg)
{
    say("%s: %s", (const char *)arg, told_future(future));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *future = coil_create_future();

    (void)arg;
    coil_future_add_done_callback(future, new_done(), done, word("first"));
    coil_future_add_done_callback(future, new_done(), done, word("second"));
    coil_future_add_done_callback(future, new_done(), done, word("third"));
    coil_call_soon(loop, new_call(tell, word("scheduled before")));
    coil_future_set_result(future, text("value"), NULL);
    coil_call_soon(loop, new_call(tell, word("scheduled after")));
    say("settled");
    coil_yield();
    say("one turn later");
    coil_future_unref(future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
