#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    const struct coil_process_options piped = {.in = COIL_PIPE, .out = COIL_PIPE, .err = COIL_PIPE};

    struct coil_process *process =
        shell("cat /dev/stdin >/dev/stdout; echo bad >/dev/stderr", piped);

    (void)arg;
    communicate(process, "some words");
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
