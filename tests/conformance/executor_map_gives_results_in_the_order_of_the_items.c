#include "common/jobs.h"

static struct coil_result half(void *arg)
{
    int number = *(int *)arg;

    return number % 2 ? coil_raise(EDOM, "odd") : coil_number(number / 2);
}

int main(void)
{
    int even[] = {2, 4, 6, 8, 10}, odd[] = {2, 4, 5, 6};
    struct coil_executor *executor = pool(3);
    struct coil_result of[5];

    coil_executor_map(executor, half, even, 5, of); /* not in a task */
    say("even: %s %s %s %s %s", told(of[0]), told(of[1]), told(of[2]), told(of[3]), told(of[4]));
    coil_executor_map(executor, half, odd, 4, of); /* not in a task */
    for (int i = 0; i < 4 && of[i].status >= 0; i++)
        say("got %s", told(of[i]));
    say("stopped: %s", told(of[2]));
    say("nothing: %s", coil_executor_map(executor, half, odd, 0, of) == 0 ? /* not in a task */ "[]"
                                                                          : "something");
    shut(executor);
    return 0;
}
