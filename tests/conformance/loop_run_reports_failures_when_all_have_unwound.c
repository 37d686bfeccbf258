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
    coil_sleep(COIL_SECONDS(100));
    say("fails while unwinding");
    return coil_raise(EIO, "cleanup");
}

static coil_async struct coil_result unwinds_slowly(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(100));

    (void)arg;
    coil_sleep(COIL_SECONDS(2));
    say("has unwound");
    return coil_error(err);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {coil_create_task(fails_unwinding, NULL),
                                   coil_create_task(unwinds_slowly, NULL)};

    (void)arg;
    coil_loop_set_exception_handler(coil_loop_current(), report, NULL);
    coil_sleep(COIL_SECONDS(1));
    say("main returns, %d are done", coil_future_done(tasks[0]) + coil_future_done(tasks[1]));
    coil_future_unref(tasks[0]);
    coil_future_unref(tasks[1]);
    return coil_value(NULL);
}

int main(void)
{
    int code = run(program);

    say("the loop is closed");
    return code;
}
