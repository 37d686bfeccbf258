#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process =
        shell("read x; echo word; exit 5",
              (struct coil_process_options){.in = COIL_PIPE, .out = COIL_PIPE});

    (void)arg;
    coil_stream_close(coil_process_stdout(process));
    coil_sleep(COIL_SECONDS(1));
    put(coil_process_stdin(process), "go\n");
    coil_process_wait(process);
    tell_returncode(process);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
