#include "common/conformance.h"

static struct coil_future *links[4];

static void pass_on(struct coil_future *future, void *arg)
{
    intptr_t n = (intptr_t)arg;

    (void)future;
    say("link %d done", (int)n);
    if (n + 1 < 4)
        coil_future_set_result(links[n + 1], coil_number(n + 1), NULL);
}

static int count_done(void)
{
    int done = 0;

    for (int i = 0; i < 4; i++)
        done += coil_future_done(links[i]);
    return done;
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (intptr_t i = 0; i < 4; i++) {
        links[i] = coil_create_future();
        coil_future_add_done_callback(links[i], new_done(), pass_on, (void *)i);
    }
    coil_future_set_result(links[0], coil_number(0), NULL);
    for (int turn = 1; turn < 6; turn++) {
        coil_yield();
        say("turn %d, done: %d", turn, count_done());
    }
    for (int i = 0; i < 4; i++)
        coil_future_unref(links[i]);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
