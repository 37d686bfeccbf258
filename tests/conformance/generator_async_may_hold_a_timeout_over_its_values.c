#include "common/conformance.h"

struct source {
    const char *name;
    int64_t delay_ns;
};

static coil_async struct coil_result source(struct coil_generator *self, void *arg)
{
    const struct source *how = arg;
    struct coil_timeout scope;
    int64_t i = 1;

    coil_timeout_enter(&scope, how->delay_ns);
    while (i < 9 && coil_generate(self, (void *)(intptr_t)i).status >= 0)
        i++;
    coil_timeout_exit(&scope, 0);
    say("%s leaves, expired: %s", how->name, yes(coil_timeout_expired(&scope)));
    return coil_value(NULL);
}

static struct coil_generator *source_of(const char *name, int64_t delay_ns)
{
    static struct source made[8];
    static int n;

    made[n] = (struct source){name, delay_ns};
    return coil_generator_open(source, &made[n++], 0);
}

static coil_async struct coil_result asks(void *generator)
{
    struct coil_timeout limit;
    struct coil_result got;

    coil_timeout_enter(&limit, COIL_MS(10));
    got = coil_generator_next(generator);
    got.status = coil_timeout_exit(&limit, got.status);
    return got.status < 0 ? got : coil_number((intptr_t)got.value);
}

static coil_async struct coil_result closes(void *generator)
{
    say("close: %s", told_status(coil_generator_close(generator)));
    return coil_value(NULL);
}

static void say_cancelling(void)
{
    say("cancelling: %d", coil_task_cancelling(coil_current_task()));
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_generator *calm = source_of("calm", COIL_MS(900)), *other;
    struct coil_generator *late = source_of("late", COIL_MS(30));

    (void)arg;
    for (int i = 0; i < 4; i++)
        say("got %s", told(asks(i % 2 == 0 ? calm : late)));
    say("sleep: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    say_cancelling();
    closes(late);
    say_cancelling();
    closes(calm);
    other = source_of("other", COIL_MS(40));
    say("got %s", told(coil_join(coil_create_task(asks, other))));
    say("got %s", told(coil_join(coil_create_task(asks, other))));
    say("sleep: %s", told_status(coil_sleep(COIL_SECONDS(1))));
    coil_join(coil_create_task(closes, other));
    say_cancelling();
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
