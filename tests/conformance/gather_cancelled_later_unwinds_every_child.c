#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group =
        GATHER(COIL_TAKE_REFS, START("First", COIL_SECONDS(5)), START("Second", COIL_SECONDS(5)),
               START("Third", COIL_SECONDS(5)));
    bool asked;

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    asked = coil_future_cancel(group, NULL);
    say("cancel: %s, done: %s", yes(asked), yes(coil_future_done(group)));
    coil_yield();
    say("next turn, done: %s", yes(coil_future_done(group)));
    coil_yield();
    say("turn after: %s", told_future(group));
    coil_sleep(COIL_SECONDS(1));
    coil_future_unref(group);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
