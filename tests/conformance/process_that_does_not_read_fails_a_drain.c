#include "common/children.h"

#include <stdlib.h>

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process =
        shell("exec <&-; echo closed; sleep 0.01; exit 4",
              (struct coil_process_options){.in = COIL_PIPE, .out = COIL_PIPE});
    char *line, *zeros = calloc(1000000, 1);
    int err;

    (void)arg;
    coil_stream_readline(coil_process_stdout(process), &line);
    coil_stream_write(coil_process_stdin(process), zeros, 1000000);
    err = coil_stream_drain(coil_process_stdin(process));
    if (err == 0)
        say("drained");
    if (err == -EPIPE || err == -ECONNRESET)
        say("lost");
    coil_process_wait(process);
    tell_returncode(process);
    coil_process_unref(process);
    free(zeros);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
