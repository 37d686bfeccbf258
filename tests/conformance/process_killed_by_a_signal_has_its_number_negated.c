#include "common/children.h"

#include <signal.h>

static coil_async void wait_and_tell(struct coil_process *process)
{
    coil_process_wait(process);
    tell_returncode(process);
    coil_process_unref(process);
}

static struct coil_process *sleeper(void)
{
    return shell("exec sleep 1000", (struct coil_process_options){0});
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process = sleeper();

    (void)arg;
    attempt("kill", coil_process_kill(process));
    wait_and_tell(process);
    process = sleeper();
    attempt("terminate", coil_process_terminate(process));
    wait_and_tell(process);
    process = sleeper();
    attempt("send_signal", coil_process_signal(process, SIGUSR1));
    wait_and_tell(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
