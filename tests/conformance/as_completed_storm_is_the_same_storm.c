#include "common/storm.h"

#include <stdio.h>

static size_t index_of(struct coil_future **jobs, const struct coil_future *job)
{
    size_t i = 0;

    while (jobs[i] != job)
        i++;
    return i;
}

static coil_async int64_t iterate(int n, struct dice *dice, struct coil_future **jobs, size_t count)
{
    struct coil_as_completed *ended =
        coil_as_completed_open(jobs, count, COIL_MS(1 + roll(dice, 5)));
    struct coil_result next;

    while ((next = coil_as_completed_next(ended)).status >= 0) {
        say("%d gets number %d: %s", n, (int)index_of(jobs, next.value), told_future(next.value));
        if (roll(dice, 3) == 0)
            next.status = pause_by(dice);
        if (next.status < 0)
            break;
    }
    coil_as_completed_close(ended);
    return next.status;
}

static coil_async int leave(int n, struct coil_future **jobs, size_t count)
{
    char line[120] = "";
    int length = 0, err;

    for (size_t i = 0; i < count; i++)
        coil_future_cancel(jobs[i], NULL);
    err = (int)coil_wait(jobs, count, COIL_FOREVER, COIL_ALL_COMPLETED);
    for (size_t i = 0; i < count; i++)
        length +=
            snprintf(line + length, sizeof(line) - (size_t)length, " %s", told_future(jobs[i]));
    if (err >= 0)
        say("%d leaves%s", n, line);
    for (size_t i = 0; i < count; i++)
        coil_future_unref(jobs[i]);
    return err < 0 ? err : 0;
}

static coil_async int step(int n, struct dice *dice)
{
    size_t count = 1 + (size_t)roll(dice, 4);
    struct coil_future *jobs[4];
    int64_t status;
    int err;

    for (size_t i = 0; i < count; i++)
        jobs[i] = start_some_job(dice);
    status = iterate(n, dice, jobs, count);
    if (status == -COIL_EENDED)
        say("%d has them all", n);
    else if (status != -ECANCELED)
        say("%d gets %s", n, told_status(status));
    err = leave(n, jobs, count);
    return status == -ECANCELED || err ? -ECANCELED : 0;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++)
        storm(seed, 6, 10, step);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
