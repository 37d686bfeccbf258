#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process =
        shell("echo one; echo two; echo bad >&2; exit 3",
              (struct coil_process_options){.out = COIL_PIPE, .err = COIL_PIPE});
    char *line = NULL;
    int64_t n;

    (void)arg;
    coil_process_wait(process);
    tell_returncode(process);
    n = coil_stream_readline(coil_process_stdout(process), &line);
    tell_data("line", n, line);
    communicate(process, NULL);
    communicate(process, NULL);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
