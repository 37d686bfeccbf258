#include "common/conformance.h"

static coil_async struct coil_result returns(void *arg)
{
    (void)arg;
    coil_future_cancel(coil_current_task(), "changed my mind");
    return text("value");
}

static coil_async struct coil_result awaits_what_is_done(void *arg)
{
    struct coil_future *future = coil_create_future();

    (void)arg;
    coil_future_set_result(future, text("here"), NULL);
    coil_future_cancel(coil_current_task(), NULL);
    say("await of a done future: %s", told(coil_await(future)));
    coil_future_unref(future);
    return text("value");
}

static coil_async struct coil_result program(void *arg)
{
    coil_coroutine_fn *const fns[] = {returns, awaits_what_is_done};

    (void)arg;
    for (int i = 0; i < 2; i++) {
        struct coil_future *task = coil_create_task(fns[i], NULL);
        const char *result = told(coil_await(task));

        say("%s, cancelled %s", result, yes(coil_future_cancelled(task)));
        coil_future_unref(task);
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
