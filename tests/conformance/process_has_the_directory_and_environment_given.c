#include "common/children.h"

static coil_async struct coil_result program(void *arg)
{
    const char *const environment[] = {"COLOUR=green", "PATH=/bin:/usr/bin", NULL};
    const char *const nowhere[] = {"PATH=/no/such", NULL};
    const char *const command[] = {"true", NULL};
    struct coil_process_options how = {
        .out = COIL_PIPE, .directory = "/usr", .environment = environment};
    struct coil_process *process = shell("pwd; echo $COLOUR $HOME", how);

    (void)arg;
    communicate(process, NULL);
    coil_process_unref(process);
    how = (struct coil_process_options){.environment = environment};
    coil_create_subprocess_exec(command, &how, &process);
    say("found: %d", coil_process_wait(process));
    coil_process_unref(process);
    how.environment = nowhere;
    say("not found: %s", told_status(coil_create_subprocess_exec(command, &how, &process)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
