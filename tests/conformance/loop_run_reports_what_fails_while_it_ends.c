#include "common/conformance.h"

static void report(struct coil_loop *loop, const struct coil_report *what, void *arg)
{
    (void)loop;
    (void)arg;
    say("reported: %s", told_status(what->status));
}

static coil_async struct coil_result fails_unwinding(void *arg)
{
    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    say("fails while unwinding");
    return coil_raise(EIO, "cleanup");
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task = coil_create_task(fails_unwinding, NULL);

    (void)arg;
    coil_loop_set_exception_handler(coil_loop_current(), report, NULL);
    coil_sleep(COIL_MS(5));
    say("main returns, task done: %s", yes(coil_future_done(task)));
    coil_future_unref(task);
    return coil_value(NULL);
}

int main(void)
{
    int code = run(program);

    say("the loop is closed");
    return code;
}
