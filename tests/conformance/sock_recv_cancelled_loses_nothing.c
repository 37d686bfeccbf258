#include "common/socks.h"

static coil_async struct coil_result program(void *arg)
{
    struct ends ends = connected();
    struct receiver first = {"first", ends.far}, second = {"second", ends.far};
    struct coil_future *task = coil_create_task(receives, &first);

    (void)arg;
    coil_sleep(COIL_SECONDS(1));
    say("cancel: %s", yes(coil_future_cancel(task, NULL)));
    say("first: %s", told(coil_join(task)));
    send_text(ends.near, "for whoever comes");
    coil_sleep(COIL_SECONDS(1));
    receives(&second);
    close_both(ends);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
