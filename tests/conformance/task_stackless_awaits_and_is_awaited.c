#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result leaf(void *fails)
{
    coil_sleep(COIL_MS(10));
    return fails ? coil_raise(EIO, "leaf") : coil_number(41);
}

struct middle {
    struct coil_future *first, *second;
};

static enum coil_step middle(struct coil_stackless *co, struct middle *self)
{
    COIL_BEGIN(co);
    COIL_AWAIT(co, self->first);
    say("middle: %s", told(co->sent));
    coil_call_soon(coil_loop_current(), new_call(tell, word("the loop turns")));
    COIL_AWAIT(co, self->first);
    say("again, at once: %s", told(co->sent));
    COIL_AWAIT(co, self->second);
    say("middle: %s", told(co->sent));
    COIL_RETURN(co, coil_number(42));
    COIL_END(co);
}

static coil_async struct coil_result program(void *arg)
{
    struct middle both = {coil_create_task(leaf, NULL), coil_create_task(leaf, word("fails"))};

    (void)arg;
    say("main: %s", told(coil_join(coil_create_stackless_task(middle, &both, sizeof(both), NULL))));
    coil_future_unref(both.first);
    coil_future_unref(both.second);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
