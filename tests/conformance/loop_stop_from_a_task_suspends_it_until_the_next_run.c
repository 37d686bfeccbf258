#include "common/conformance.h"

static struct coil_loop *loop;

static coil_async struct coil_result worker(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
    say("asked to stop, still running");
    coil_yield();
    say("second run");
    coil_loop_stop(loop);
    coil_sleep(COIL_MS(10));
    say("third run");
    coil_loop_stop(loop);
    return coil_value(NULL);
}

int main(void)
{
    struct coil_future *task;

    loop = new_loop();
    task = coil_create_task_with(worker, NULL, &(struct coil_task_options){.loop = loop});
    for (int n = 1; n < 4; n++) {
        coil_loop_run_forever(loop);
        say("run %d over, task done: %s", n, yes(coil_future_done(task)));
    }
    coil_future_unref(task);
    coil_loop_close(loop);
    return 0;
}
