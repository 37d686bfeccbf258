#include "common/conformance.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *unseen = coil_create_future(), *seen = coil_create_future();
    struct coil_future *awaited = coil_create_future(), *cancelled = coil_create_future();

    (void)arg;
    coil_future_set_exception(unseen, EIO, "nobody looks");
    coil_future_set_exception(seen, ENOENT, "looked at");
    coil_future_set_exception(awaited, ENOSPC, "awaited");
    coil_future_cancel(cancelled, NULL);
    say("seen: %s", told(coil_future_result(seen)));
    say("awaited: %s", told(coil_await(awaited)));
    say("dropping all");
    coil_future_unref(seen);
    coil_future_unref(awaited);
    coil_future_unref(cancelled);
    say("dropping unseen");
    coil_future_unref(unseen);
    say("dropped");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
