#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    struct coil_process *process =
        shell("read x; exit 3", (struct coil_process_options){.in = COIL_PIPE});

    (void)arg;
    tell_returncode(process);
    put(coil_process_stdin(process), "go\n");
    say("wait %d", coil_process_wait(process));
    tell_returncode(process);
    say("wait %d", coil_process_wait(process));
    coil_process_unref(process);
    process = shell("exit 200", (struct coil_process_options){0});
    say("wait %d", coil_process_wait(process));
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
