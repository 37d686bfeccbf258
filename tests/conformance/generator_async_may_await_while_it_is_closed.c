#include "common/conformance.h"

static coil_async struct coil_result source(struct coil_generator *self, void *name)
{
    int64_t err = coil_generate(self, (void *)1).status;

    if (err >= 0)
        err = coil_generate(self, (void *)2).status;
    say("%s begins to clean up", (const char *)name);
    say("%s: %s", (const char *)name, told_status(coil_sleep(COIL_MS(20))));
    return coil_error(err);
}

static coil_async struct coil_result closes(void *name)
{
    struct coil_generator *generator = coil_generator_open(source, name, 0);

    say("%s gave %d", (const char *)name, (int)(intptr_t)coil_generator_next(generator).value);
    coil_generator_close(generator);
    say("%s is closed", (const char *)name);
    return coil_value(NULL);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *task;

    (void)arg;
    closes(word("calm"));
    task = coil_create_task(closes, word("hurried"));
    coil_sleep(COIL_MS(10));
    coil_future_cancel(task, NULL);
    say("await: %s", told(coil_join(task)));
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
