#include "common/conformance.h"

struct job {
    const char *name;
    int steps;
};

static void tell(void *arg)
{
    say("callback %d", (int)(intptr_t)arg);
}

static coil_async struct coil_result worker(void *arg)
{
    struct job *job = arg;

    for (int n = 0; n < job->steps; n++) {
        say("%s %d", job->name, n);
        coil_yield();
    }
    say("%s ends", job->name);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct job jobs[] = {{"a", 3}, {"b", 1}, {"c", 2}};
    struct coil_future *tasks[3];

    (void)arg;
    for (int i = 0; i < 3; i++)
        tasks[i] = coil_create_task(worker, &jobs[i]);
    for (intptr_t n = 0; n < 5; n++) {
        coil_call_soon(coil_loop_current(), new_call(tell, (void *)n));
        coil_yield();
        say("main %d", (int)n);
    }
    for (int i = 0; i < 3; i++)
        coil_join(tasks[i]);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
