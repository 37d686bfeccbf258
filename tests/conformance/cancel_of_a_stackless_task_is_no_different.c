#include "common/conformance.h"

struct nothing {
    char unused;
};

static enum coil_step cleans_up(struct coil_stackless *co, struct nothing *self)
{
    (void)self;
    COIL_BEGIN(co);
    COIL_SLEEP(co, COIL_SECONDS(1));
    say("work: %s", told(co->sent));
    COIL_SLEEP(co, COIL_MS(20));
    say("cleanup: %s", told(co->sent));
    COIL_RETURN(co, coil_error(-ECANCELED));
    COIL_END(co);
}

struct refuser {
    struct coil_future *future;
};

static enum coil_step refuses(struct coil_stackless *co, struct refuser *self)
{
    COIL_BEGIN(co);
    COIL_AWAIT(co, self->future);
    say("await: %s", told(co->sent));
    COIL_SLEEP(co, COIL_MS(5));
    say("goes on: %s", told(co->sent));
    COIL_RETURN(co, coil_number(7));
    COIL_END(co);
}

static coil_async struct coil_result program(void *arg)
{
    struct nothing nothing = {0};
    struct refuser refuser = {coil_create_future()};
    struct coil_future *tasks[3];

    (void)arg;
    tasks[0] = coil_create_stackless_task(cleans_up, &nothing, sizeof(nothing), NULL);
    tasks[1] = coil_create_stackless_task(refuses, &refuser, sizeof(refuser), NULL);
    coil_sleep(COIL_MS(10));
    tasks[2] = coil_create_stackless_task(cleans_up, &nothing, sizeof(nothing), NULL);
    for (int i = 0; i < 3; i++)
        say("cancel: %s", yes(coil_future_cancel(tasks[i], NULL)));
    for (int i = 2; i >= 0; i--) {
        const char *result = told(coil_await(tasks[i]));

        say("await: %s, cancelled %s", result, yes(coil_future_cancelled(tasks[i])));
        coil_future_unref(tasks[i]);
    }
    coil_future_unref(refuser.future);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
