#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_process_options all = {.in = COIL_PIPE, .out = COIL_PIPE, .err = COIL_PIPE};
    struct coil_process_options two = {.in = COIL_PIPE, .out = COIL_PIPE};
    struct coil_process *process = shell("cat; echo done >&2; exit 2", all);

    (void)arg;
    communicate(process, "two\nlines\n");
    coil_process_unref(process);
    process = shell("cat; echo nothing", two);
    communicate(process, "");
    coil_process_unref(process);
    process = shell("exit 5", (struct coil_process_options){0});
    communicate(process, NULL);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
