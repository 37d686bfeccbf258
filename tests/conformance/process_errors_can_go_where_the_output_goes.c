#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process =
        shell("echo out; echo err >&2; echo out",
              (struct coil_process_options){.out = COIL_PIPE, .err = COIL_STDOUT});

    (void)arg;
    communicate(process, NULL);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
