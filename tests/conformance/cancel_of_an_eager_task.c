#include "common/conformance.h"

static coil_async struct coil_result itself(void *arg)
{
    (void)arg;
    coil_future_cancel(coil_current_task(), NULL);
    say("still in the first step");
    say("await: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    return text("survived");
}

static coil_async struct coil_result never_awaits(void *arg)
{
    (void)arg;
    coil_future_cancel(coil_current_task(), NULL);
    return text("value");
}

static coil_async struct coil_result suspends(void *arg)
{
    (void)arg;
    say("sleep: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    return coil_error(-ECANCELED);
}

static struct coil_future *eager(coil_coroutine_fn *fn)
{
    return coil_create_task_with(fn, NULL, &(struct coil_task_options){.eager = true});
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *first = eager(itself), *second = eager(never_awaits),
                       *third = eager(suspends);
    const char *results[2];

    (void)arg;
    say("first: %s, second: %s, third: %s", told_future(first), told_future(second),
        told_future(third));
    say("cancel: %s", yes(coil_future_cancel(third, NULL)));
    results[0] = told(coil_join(first));
    results[1] = told(coil_join(second));
    say("%s, %s, %s", results[0], results[1], told(coil_join(third)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
