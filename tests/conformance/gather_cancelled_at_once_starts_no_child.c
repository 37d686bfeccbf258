#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *group =
        GATHER(COIL_TAKE_REFS, START("First", COIL_SECONDS(5)), START("Second", COIL_SECONDS(5)),
               START("Third", COIL_SECONDS(5)));
    bool asked = coil_future_cancel(group, NULL);

    (void)arg;
    say("cancel: %s, done: %s", yes(asked), yes(coil_future_done(group)));
    tell_gather("gather", group, 3);
    coil_sleep(COIL_SECONDS(1));
    say("end");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
