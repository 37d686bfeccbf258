#include "common/children.h"

#include <stdlib.h>
#include <string.h>

struct coil_process *shell(const char *script, struct coil_process_options how)
{
    struct coil_process *process;
    int err = coil_create_subprocess_shell(script, &how, &process);

    if (err == 0)
        return process;
    say("shell: %s", told_status(err));
    exit(1);
}

void attempt(const char *what, int status)
{
    say("%s: %s", what, told_status(status));
}

void tell_returncode(struct coil_process *process)
{
    if (coil_process_returncode(process) == COIL_RUNNING)
        say("returncode None");
    else
        say("returncode %d", coil_process_returncode(process));
}

coil_async void communicate(struct coil_process *process, const char *data)
{
    struct coil_output output;
    size_t size = data != NULL ? strlen(data) : 0;

    if (coil_process_communicate(process, data, size, &output) < 0)
        say("communicate failed");
    tell_data("out", (int64_t)output.out_size, output.out);
    tell_data("err", (int64_t)output.err_size, output.err);
    coil_output_free(&output);
    tell_returncode(process);
}
