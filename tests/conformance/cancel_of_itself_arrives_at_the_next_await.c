#include "common/conformance.h"

static void tell(void *arg)
{
    say("%s", (const char *)arg);
}

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    coil_call_soon(coil_loop_current(), new_call(tell, word("the loop turns")));
    say("cancel: %s", yes(coil_future_cancel(coil_current_task(), NULL)));
    say("still running");
    say("await: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    say("next: %s", told_status(coil_sleep(COIL_MS(10))));
    return text("survived");
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    say("worker: %s", told(coil_join(coil_create_task(worker, NULL))));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
