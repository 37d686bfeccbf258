#include "common/storm.h"

#include <stdio.h>

static void tell_results(int n, const struct coil_result *each, size_t count)
{
    char line[80];
    int length = 0;

    for (size_t i = 0; i < count; i++)
        length += snprintf(line + length, sizeof(line) - (size_t)length, " %s", told(each[i]));
    say("%d gets%s", n, line);
}

static coil_async int step(int n, struct dice *dice)
{
    int flags = COIL_TAKE_REFS | (roll(dice, 2) == 1 ? COIL_RETURN_EXCEPTIONS : 0);
    struct coil_future *children[3], *group;
    struct coil_result all;
    size_t count;

    if (pause_by(dice) == -ECANCELED)
        return -ECANCELED;
    count = 1 + (size_t)roll(dice, 3);
    for (size_t i = 0; i < count; i++)
        children[i] = start_some_job(dice);
    group = coil_gather(children, count, flags);
    all = coil_await(group);
    if (all.status >= 0)
        tell_results(n, all.value, count);
    else if (all.status != -ECANCELED)
        say("%d gets %s", n, told(all));
    coil_future_unref(group);
    return all.status == -ECANCELED ? -ECANCELED : 0;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 5; seed++)
        storm(seed, 6, 12, step);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
