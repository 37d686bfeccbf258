#include "common/conformance.h"

static coil_async struct coil_result leaf(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(10));
    return coil_raise(ECONNRESET, "the peer went away");
}

struct middle {
    const char *name;
    coil_coroutine_fn *fn;
    void *arg;
};

static coil_async struct coil_result middle(void *arg)
{
    struct middle *self = arg;
    struct coil_result r = coil_join(coil_create_task(self->fn, self->arg));

    say("%s unwinds", self->name);
    return r;
}

static coil_async struct coil_result program(void *arg)
{
    struct middle inner = {"inner", leaf, NULL}, outer = {"outer", middle, &inner};
    struct coil_future *task = coil_create_task(middle, &outer);
    struct coil_result r = coil_await(task);

    (void)arg;
    if (r.status < 0)
        say("main got %s: %s", told(r), reason(coil_current_exception()));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
