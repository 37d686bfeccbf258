#include "common/conformance.h"

static coil_async struct coil_result fails(void *arg)
{
    int err = coil_sleep(COIL_MS(10));

    return err ? coil_error(err) : coil_raise((intptr_t)arg, "nobody looks");
}

static struct coil_future *start(intptr_t code)
{
    return coil_create_task(fails, (void *)code);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *dropped = start(EIO), *kept = start(ENOENT), *awaited = start(ENOSPC);
    struct coil_future *looked_at = start(EPIPE), *cancelled = start(EROFS);

    (void)arg;
    coil_future_unref(dropped);
    coil_sleep(COIL_MS(5));
    coil_future_cancel(cancelled, NULL);
    say("awaited: %s", told(coil_await(awaited)));
    say("looked at: %s, cancelled: %s", told_future(looked_at), told_future(cancelled));
    coil_future_unref(awaited);
    coil_future_unref(looked_at);
    coil_future_unref(cancelled);
    say("dropping the kept one");
    coil_future_unref(kept);
    say("main ends");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
