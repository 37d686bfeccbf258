#include <stdio.h>
#include <unistd.h>

#include "common/children.h"

static coil_async void under_another_name(const int *fd)
{
    struct coil_process_options how = {
        .out = COIL_PIPE, .executable = "/bin/sh", .pass_fds = fd, .pass_count = 1};
    char script[64];
    const char *const command[] = {"another", "-c", script, NULL};
    struct coil_process *process;

    snprintf(script, sizeof(script), "echo $0; head -n 1 <&%d", *fd);
    coil_create_subprocess_exec(command, &how, &process);
    communicate(process, NULL);
    coil_process_unref(process);
}

static coil_async void with_a_mask(const int *fds, int spare)
{
    struct coil_process_options how = {
        .out = COIL_PIPE, .umask = COIL_MASK(027), .pass_fds = fds, .pass_count = 2};
    struct coil_process *process;
    char script[80];

    snprintf(script, sizeof(script), "[ -e /proc/self/fd/%d ] || echo not passed; umask", spare);
    process = shell(script, how);
    communicate(process, NULL);
    coil_process_unref(process);
}

static coil_async struct coil_result program(void *arg)
{
    const char *const command[] = {"true", NULL};
    struct coil_process_options how = {.pass_count = 1};
    struct coil_process *process;
    int ends[2], spare;

    (void)arg;
    if (pipe(ends) != 0 || (spare = dup(ends[1])) < 0 ||
        write(ends[1], "through the pipe\n", 17) != 17)
        return coil_error(-COIL_ESTOPPED);
    under_another_name(ends);
    with_a_mask(ends, spare);
    close(ends[0]);
    close(ends[1]);
    close(spare);
    how.pass_fds = &spare;
    say("not there: %s",
        coil_create_subprocess_exec(command, &how, &process) != 0 ? "an error" : "fine");
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
