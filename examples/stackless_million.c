/*
 * A million tasks that sleep at the same time, each a state of a few bytes and no stack.
 * The argument says how many.
 */
#include <coil/coil.h>
#include <stdio.h>
#include <stdlib.h>

struct sleeper {
    size_t *awake;
    int rounds;
};

static enum coil_step sleeper(struct coil_stackless *co, struct sleeper *self)
{
    COIL_BEGIN(co);
    for (; self->rounds > 0; self->rounds--) {
        COIL_SLEEP(co, COIL_MS(200));
        if (co->sent.status < 0)
            COIL_RETURN(co, co->sent);
    }
    ++*self->awake;
    COIL_END(co);
}

static coil_async struct coil_result main_coroutine(void *arg)
{
    size_t n = *(size_t *)arg;
    size_t awake = 0;
    struct sleeper state = {&awake, 2};
    struct coil_loop_stats stats;

    for (size_t i = 0; i < n; i++) {
        struct coil_future *task = coil_create_stackless_task(sleeper, &state, sizeof(state), NULL);
        int64_t status = coil_future_result(task).status;

        coil_future_unref(task);
        if (status != -COIL_EPENDING) /* it could not be made */
            return coil_error(status);
    }
    coil_sleep(COIL_MS(100));
    coil_loop_stats(coil_loop_current(), &stats);
    printf("%zu tasks, and this one\n", (size_t)stats.tasks_live - 1);
    while (awake < n)
        if (coil_sleep(COIL_MS(100)) < 0)
            return coil_error(-ECANCELED);
    printf("%zu have ended\n", awake);
    return coil_value(NULL);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;

    int64_t status = coil_run(main_coroutine, &n).status;

    if (status < 0)
        fprintf(stderr, "%s\n", coil_strerror(status));
    return status < 0;
}
