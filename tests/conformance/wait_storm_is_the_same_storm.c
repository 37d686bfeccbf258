#include "common/storm.h"

#include <stdio.h>

static struct coil_future *jobs[5];

static void replace_if_done(struct coil_future **job, struct dice *dice)
{
    if (!coil_future_done(*job))
        return;
    told_future(*job);
    coil_future_unref(*job);
    *job = start_some_job(dice);
}

static size_t add_once(struct coil_future **chosen, size_t count, struct coil_future *job)
{
    for (size_t i = 0; i < count; i++)
        if (chosen[i] == job)
            return count;
    chosen[count] = coil_future_ref(job);
    return count + 1;
}

static const char *all_told(struct coil_future **futures, size_t count)
{
    static char line[120];
    int length = 0;

    line[0] = '\0';
    for (size_t i = 0; i < count; i++)
        length += snprintf(line + length, sizeof(line) - (size_t)length, "%s%s", i > 0 ? " " : "",
                           told_future(futures[i]));
    return line;
}

static coil_async int step(int n, struct dice *dice)
{
    struct coil_future *chosen[3];
    enum coil_wait_condition when;
    size_t count = 0;
    int64_t done;

    for (int left = 1 + roll(dice, 3); left > 0; left--) {
        struct coil_future **job = &jobs[roll(dice, 5)];

        replace_if_done(job, dice);
        count = add_once(chosen, count, *job);
    }
    when = (enum coil_wait_condition)roll(dice, 3);
    if (roll(dice, 4) == 0)
        coil_future_cancel(chosen[0], NULL);
    done = coil_wait(chosen, count, COIL_MS(roll(dice, 5)), when);
    if (done >= 0)
        say("%d sees %d done, %d not: %s", n, (int)done, (int)count - (int)done,
            all_told(chosen, count));
    for (size_t i = 0; i < count; i++)
        coil_future_unref(chosen[i]);
    return done == -ECANCELED ? -ECANCELED : 0;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++) {
        for (int i = 0; i < 5; i++)
            jobs[i] = start_some_job(&(struct dice){seed});
        storm(seed, 6, 12, step);
        say("%s", all_told(jobs, 5));
        for (int i = 0; i < 5; i++)
            coil_future_unref(jobs[i]);
    }
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
