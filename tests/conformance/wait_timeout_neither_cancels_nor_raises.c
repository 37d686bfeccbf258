#include "common/workers.h"

static coil_async void wait_all(struct coil_future **tasks, int n, int64_t timeout_ns)
{
    int done = (int)coil_wait(tasks, (size_t)n, timeout_ns, COIL_ALL_COMPLETED);

    say("done: %d, pending: %d", done, n - done);
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_future *tasks[] = {START("a", COIL_SECONDS(1)), START("b", COIL_SECONDS(3)), NULL};

    (void)arg;
    wait_all(tasks, 2, COIL_SECONDS(2));
    tell("b", coil_await(tasks[1]));
    tasks[2] = START("c", COIL_SECONDS(1));
    wait_all(tasks + 2, 1, 0);
    wait_all(tasks + 2, 1, COIL_SECONDS(5));
    release(tasks, 3);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
