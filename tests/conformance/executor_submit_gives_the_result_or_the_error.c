#include "common/jobs.h"

int main(void)
{
    struct coil_executor *executor = pool(2);
    struct coil_cfuture *good = coil_executor_submit(executor, twice, NUMBER(21));
    struct coil_cfuture *bad = coil_executor_submit(executor, fail, word("the disk is full"));

    say("good: %s", result(good, COIL_FOREVER));
    coil_cfuture_wait(bad, COIL_FOREVER);
    say("bad: %s, %s", result(bad, COIL_FOREVER), reason(coil_cfuture_exception(bad)));
    say("good is %s, bad is %s", state(good), state(bad));
    say("again: %s %s", result(good, COIL_FOREVER), result(bad, COIL_FOREVER));
    coil_cfuture_unref(good);
    coil_cfuture_unref(bad);
    shut(executor);
    return 0;
}
