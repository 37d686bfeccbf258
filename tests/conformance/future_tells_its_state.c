#include "common/conformance.h"

static void show(const char *name, struct coil_future *future)
{
    say("%s: done %s, cancelled %s, result %s", name, yes(coil_future_done(future)),
        yes(coil_future_cancelled(future)), told(coil_future_result(future)));
}

static void cancel(const char *name, struct coil_future *future)
{
    bool asked = coil_future_cancel(future, NULL);

    say("cancel %s: %s, now %s", name, yes(asked), told_future(future));
    coil_future_unref(future);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *pending = coil_create_future(), *value = coil_create_future();
    struct coil_future *error = coil_create_future(), *cancelled = coil_create_future();

    (void)arg;
    coil_future_set_result(value, text("text"), NULL);
    coil_future_set_exception(error, EIO, "disk on fire");
    coil_future_cancel(cancelled, NULL);
    show("pending", pending);
    show("value", value);
    show("error", error);
    show("cancelled", cancelled);
    say("why error: %s", reason(coil_future_exception(error)));
    cancel("value", value);
    cancel("error", error);
    cancel("cancelled", cancelled);
    cancel("pending", pending);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
