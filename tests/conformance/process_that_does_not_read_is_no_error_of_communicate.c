#include "common/children.h"

#include <string.h>

static coil_async struct coil_result program(void *arg)
{
    struct coil_process_options pipes = {.in = COIL_PIPE, .out = COIL_PIPE};
    struct coil_process *process = shell("exit 4", pipes);
    static char data[1000001];

    (void)arg;
    memset(data, 'x', sizeof(data) - 1);
    communicate(process, data);
    coil_process_unref(process);
    process = shell("exec <&-; echo no thanks; exit 6", pipes);
    communicate(process, data);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
