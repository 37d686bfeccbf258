#include "common/workers.h"

static coil_async struct coil_result program(void *arg)
{
    static const char *const names[] = {"1", "2", "3"};
    struct coil_timeout limit;

    (void)arg;
    for (int i = 0; i < 3; i++) {
        coil_timeout_enter(&limit, COIL_MS(3500));
        coil_timeout_exit(&limit, work(WORK(names[i], COIL_SECONDS(i + 1))).status);
        say("expired: %s", yes(coil_timeout_expired(&limit)));
    }
    coil_sleep(COIL_MS(500));
    coil_sleep(COIL_SECONDS(10));
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
