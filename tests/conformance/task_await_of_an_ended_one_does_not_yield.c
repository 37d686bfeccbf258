#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static void done(struct coil_future *task, void *arg)
{
    (void)task;
    tell(arg);
}

static coil_async struct coil_result returns(void *arg)
{
    (void)arg;
    return text("value");
}

static coil_async struct coil_result fails(void *arg)
{
    (void)arg;
    return coil_raise(EIO, "at once");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *good = coil_create_task(returns, NULL),
                       *bad = coil_create_task(fails, NULL);
    const char *first;

    (void)arg;
    coil_future_add_done_callback(good, new_done(), done, word("done-callback"));
    coil_yield();
    coil_call_soon(coil_loop_current(), new_call(tell, word("the loop turns")));
    first = told(coil_join(good));
    say("%s, %s", first, told(coil_join(bad)));
    coil_yield();
    say("main ends");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
