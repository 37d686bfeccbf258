#include "common/conformance.h"

static struct coil_future *tasks[4];

struct job {
    const char *name;
    int64_t delay_ns;
    const char *victim;
};

static coil_async struct coil_result worker(void *arg)
{
    struct job *job = arg;

    say("%s: %s", job->name, told_status(coil_sleep(job->delay_ns)));
    if (job->victim) {
        say("%s cancels %s: %s", job->name, job->victim,
            yes(coil_future_cancel(tasks[job->victim[0] - 'a'], NULL)));
        say("%s goes on: %s", job->name, told_status(coil_sleep(COIL_MS(1))));
    }
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct job jobs[] = {
        {"a", COIL_MS(10), "b"},
        {"b", COIL_MS(10), "a"},
        {"c", 0, "d"},
        {"d", 0, NULL},
    };

    (void)arg;
    for (int i = 0; i < 4; i++)
        tasks[i] = coil_create_task(worker, &jobs[i]);
    for (int i = 0; i < 4; i++)
        coil_await(tasks[i]);
    for (int i = 0; i < 4; i++)
        coil_future_unref(tasks[i]);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
