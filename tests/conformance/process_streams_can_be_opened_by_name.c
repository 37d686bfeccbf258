#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    const struct coil_process_options piped = {.in = COIL_PIPE, .out = COIL_PIPE, .err = COIL_PIPE};

    (void)arg;
    communicate(shell("cat /dev/stdin >/dev/stdout; echo bad >/dev/stderr", piped), "some words");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
