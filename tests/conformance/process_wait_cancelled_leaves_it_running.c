#include "common/children.h"

static coil_async struct coil_result waits(void *process)
{
    return coil_error(coil_process_wait(process));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process = shell("exec sleep 1000", (struct coil_process_options){0});
    struct coil_future *task = coil_create_task(waits, process);

    (void)arg;
    coil_sleep(0);
    coil_future_cancel(task, NULL);
    coil_wait(&task, 1, COIL_FOREVER, COIL_ALL_COMPLETED);
    say("cancelled: %s", told_future(task));
    coil_future_unref(task);
    say("timeout: %s", told(coil_wait_for_call(waits, process, COIL_MS(2))));
    tell_returncode(process);
    coil_process_kill(process);
    coil_process_wait(process);
    tell_returncode(process);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
