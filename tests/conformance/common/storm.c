#include "common/storm.h"

#include <stdlib.h>

enum { MOST_WORKERS = 16 };

struct worker {
    struct storm *storm;
    int n;
};

struct storm {
    uint32_t seed;
    int workers, steps;
    storm_step_fn *step;
    struct worker worker[MOST_WORKERS];
    struct coil_future *tasks[MOST_WORKERS];
};

static coil_async struct coil_result live(void *arg)
{
    const struct worker *self = arg;
    const struct storm *storm = self->storm;
    struct dice dice = {100 * storm->seed + (uint32_t)self->n};

    for (int k = 0; k < storm->steps; k++) {
        if (storm->step(self->n, &dice) == -ECANCELED)
            say("%d is cancelled in step %d", self->n, k);
        if (roll(&dice, 4) == 0)
            coil_future_cancel(storm->tasks[roll(&dice, storm->workers)], NULL);
    }
    return coil_value(NULL);
}

coil_async void storm(uint32_t seed, int workers, int steps, storm_step_fn *step)
{
    struct storm storm = {.seed = seed, .workers = workers, .steps = steps, .step = step};

    say("storm %u", seed);
    for (int n = 0; n < workers; n++) {
        storm.worker[n] = (struct worker){&storm, n};
        storm.tasks[n] = coil_create_task(live, &storm.worker[n]);
    }
    coil_wait(storm.tasks, (size_t)workers, COIL_FOREVER, COIL_ALL_COMPLETED);
    coil_sleep(COIL_MS(10));
    for (int n = 0; n < workers; n++)
        coil_future_unref(storm.tasks[n]);
}

coil_async int pause_by(struct dice *dice)
{
    return coil_sleep(COIL_MS(roll(dice, 3)));
}

enum { WELL, FAILS, REFUSES, SLOW, WELL_TOO, WAYS };

struct job {
    int64_t sleep_ns;
    int way;
};

coil_async struct coil_result job(void *arg)
{
    const struct job *how = arg;

    if (coil_sleep(how->sleep_ns) == -ECANCELED) {
        if (how->way == REFUSES)
            return text("refused");
        if (how->way == SLOW)
            coil_sleep(COIL_MS(1));
        return coil_error(-ECANCELED);
    }
    return how->way == FAILS ? coil_raise(EIO, "job") : text("well");
}

void *some_job(struct dice *dice)
{
    struct job *how = malloc(sizeof(*how));

    if (!how)
        abort();
    how->sleep_ns = COIL_MS(roll(dice, 5));
    how->way = roll(dice, WAYS);
    return how;
}

struct coil_future *start_some_job(struct dice *dice)
{
    return coil_create_task_with(job, some_job(dice),
                                 &(struct coil_task_options){.drop_arg = free});
}
