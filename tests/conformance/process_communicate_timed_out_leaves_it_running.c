#include "common/children.h"

static coil_async struct coil_result communicates(void *process)
{
    struct coil_output output;
    int status = coil_process_communicate(process, NULL, 0, &output);

    coil_output_free(&output);
    return coil_error(status);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process =
        shell("exec sleep 1000",
              (struct coil_process_options){.in = COIL_PIPE, .out = COIL_PIPE, .err = COIL_PIPE});

    (void)arg;
    say("communicate: %s", told(coil_wait_for_call(communicates, process, COIL_MS(2))));
    tell_returncode(process);
    coil_process_terminate(process);
    coil_process_wait(process);
    tell_returncode(process);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
