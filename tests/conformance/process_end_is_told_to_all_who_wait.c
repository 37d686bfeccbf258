#include "common/children.h"

static struct coil_process *process;

static coil_async struct coil_result waits(void *name)
{
    say("%s: %d", (const char *)name, coil_process_wait(process));
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[3];

    (void)arg;
    process = shell("read x; exit 9", (struct coil_process_options){.in = COIL_PIPE});
    tasks[0] = coil_create_task(waits, word("a"));
    tasks[1] = coil_create_task(waits, word("b"));
    tasks[2] = coil_create_task(waits, word("c"));
    coil_sleep(0);
    put(coil_process_stdin(process), "\n");
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    coil_process_unref(process);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
