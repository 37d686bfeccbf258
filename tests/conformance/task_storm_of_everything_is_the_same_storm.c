#include "common/conformance.h"

#include <stdio.h>
#include <string.h>

#define N 9

static struct coil_future *tasks[N];

struct line {
    char text[80];
};

struct worker {
    int i;
    struct dice dice;
};

static void callback(void *arg)
{
    intptr_t which = (intptr_t)arg;

    say("callback of %d.%d", (int)which / 10, (int)which % 10);
}

static struct line line(const char *what, int number, const char *came_of_it)
{
    struct line line;

    snprintf(line.text, sizeof(line.text), what, number, came_of_it);
    return line;
}

/* One step; tells what came of it. */
static coil_async struct line step(struct worker *self, int n)
{
    int what = roll(&self->dice, 6), number;

    if (what == 0)
        return line("yields%.0d: %s", 0, told_status(coil_yield()));
    if (what == 1 || what == 2) {
        number = roll(&self->dice, 5);
        return line("sleeps %d: %s", number, told_status(coil_sleep(COIL_MS(number))));
    }
    if (what == 3 && self->i > 0) {
        number = roll(&self->dice, self->i);
        return line("awaits %d: %s", number, told(coil_await(tasks[number])));
    }
    if (what == 4) {
        number = roll(&self->dice, N);
        return line("cancels %d: %s", number, yes(coil_future_cancel(tasks[number], NULL)));
    }
    coil_call_soon(coil_loop_current(), new_call(callback, (void *)(intptr_t)(self->i * 10 + n)));
    return line("calls%.0d", 0, "");
}

static bool ends_cancelled(const struct line *line)
{
    size_t length = strlen(line->text);

    return length > 9 && !strcmp(line->text + length - 9, "ECANCELED");
}

static coil_async struct coil_result worker(void *arg)
{
    struct worker *self = arg;

    for (int n = 0; n < 7; n++) {
        struct line done = step(self, n);

        say("%d.%d %s", self->i, n, done.text);
        if (ends_cancelled(&done) && roll(&self->dice, 3) == 0)
            return coil_error(-ECANCELED);
    }
    return coil_number(self->i + 100);
}

static coil_async void storm(uint32_t seed)
{
    struct worker workers[N];

    say("seed %u", seed);
    for (int i = 0; i < N; i++) {
        workers[i] = (struct worker){i, {seed * 1000 + (uint32_t)i}};
        tasks[i] = coil_create_task(worker, &workers[i]);
    }
    for (int i = 0; i < N; i++)
        say("main has %d: %s", i, told(coil_await(tasks[i])));
    for (int i = 0; i < N; i++) {
        say("%d: %s, cancelled %s, cancelling %d", i, told_future(tasks[i]),
            yes(coil_future_cancelled(tasks[i])), coil_task_cancelling(tasks[i]));
        coil_future_unref(tasks[i]);
    }
}

static coil_async struct coil_result program(void *arg)
{
    (void)arg;
    for (uint32_t seed = 1; seed < 7; seed++)
        storm(seed);
    return coil_value(NULL);
}

int main(void)
{
    return run(program);
}
