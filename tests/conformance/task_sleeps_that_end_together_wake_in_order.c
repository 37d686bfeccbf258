#include "common/conformance.h"

struct sleeper {
    const char *name;
    int n;
    int64_t delays[2];
};

static coil_async struct coil_result sleeper(void *arg)
{
    struct sleeper *self = arg;

    for (int i = 0; i < self->n; i++) {
        coil_sleep(self->delays[i]);
        say("%s wakes", self->name);
    }
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct sleeper jobs[] = {
        {"a", 1, {COIL_MS(30)}},
        {"b", 2, {COIL_MS(10), COIL_MS(20)}},
        {"c", 2, {COIL_MS(20), COIL_MS(10)}},
        {"d", 1, {COIL_MS(30)}},
        {"e", 2, {0, COIL_MS(30)}},
    };
    struct coil_future *tasks[5];

    (void)arg;
    for (int i = 0; i < 5; i++)
        tasks[i] = coil_create_task(sleeper, &jobs[i]);
    for (int i = 0; i < 5; i++)
        coil_join(tasks[i]);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
