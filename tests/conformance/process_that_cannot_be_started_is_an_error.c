#include "common/children.h"

static const char *create(const char *program, const char *directory)
{
    const char *const command[] = {program, NULL};
    struct coil_process_options how = {.directory = directory};
    struct coil_process *process;

    return told_status(coil_create_subprocess_exec(command, &how, &process));
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    say("missing: %s", create("/no/such/program", NULL));
    say("missing name: %s", create("no-such-program-anywhere", NULL));
    say("no program: %s", create("/etc/passwd", NULL));
    say("no directory: %s", create("true", "/no/such"));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
