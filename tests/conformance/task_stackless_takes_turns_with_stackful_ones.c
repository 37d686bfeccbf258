#include "common/conformance.h"

struct worker {
    const char *name;
    int n;
};

static enum coil_step stackless(struct coil_stackless *co, struct worker *self)
{
    COIL_BEGIN(co);
    for (self->n = 0; self->n < 3; self->n++) {
        say("%s yields %d", self->name, self->n);
        COIL_YIELD(co);
    }
    for (self->n = 0; self->n < 3; self->n++) {
        COIL_SLEEP(co, COIL_MS(10));
        say("%s slept %d", self->name, self->n);
    }
    COIL_END(co);
}

static coil_async struct coil_result stackful(void *name)
{
    for (int n = 0; n < 3; n++) {
        say("%s yields %d", (const char *)name, n);
        coil_yield();
    }
    for (int n = 0; n < 3; n++) {
        coil_sleep(COIL_MS(10));
        say("%s slept %d", (const char *)name, n);
    }
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct worker a = {"a", 0}, c = {"c", 0};
    struct coil_future *tasks[] = {
        coil_create_stackless_task(stackless, &a, sizeof(a), NULL),
        coil_create_task(stackful, word("b")),
        coil_create_stackless_task(stackless, &c, sizeof(c), NULL),
        coil_create_task(stackful, word("d")),
    };

    (void)arg;
    for (int i = 0; i < 4; i++) {
        coil_join(tasks[i]);
        say("main has one");
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
