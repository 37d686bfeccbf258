#include "common/children.h"

#include <signal.h>

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process = shell("true", (struct coil_process_options){0});

    (void)arg;
    coil_process_wait(process);
    attempt("kill", coil_process_kill(process));
    attempt("terminate", coil_process_terminate(process));
    attempt("send_signal", coil_process_signal(process, SIGHUP));
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
