#include "common/conformance.h"

static struct coil_loop *loop;

static void stop(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
}

static coil_async struct coil_result work(void *arg)
{
    (void)arg;
    coil_sleep(COIL_MS(20));
    return text("finished");
}

int main(void)
{
    struct coil_future *task;

    loop = new_loop();
    task = coil_create_task_with(work, NULL, &(struct coil_task_options){.loop = loop});
    coil_call_later(loop, new_call(stop, NULL), COIL_MS(10));
    say("%s", told(coil_loop_run_until_complete(loop, task)));
    say("task: %s", told_future(task));
    say("second run: %s", told(coil_loop_run_until_complete(loop, task)));
    coil_future_unref(task);
    coil_loop_close(loop);
    return 0;
}
