#include "common/conformance.h"

static struct coil_loop *loop;

struct job {
    const char *name;
    int64_t delay_ns;
};

static coil_async struct coil_result background(void *arg)
{
    (void)arg;
    for (int n = 1; n < 5; n++) {
        coil_sleep(COIL_MS(10));
        say("background %d", n);
    }
    return coil_value(NULL);
}

static coil_async struct coil_result work(void *arg)
{
    struct job *job = arg;

    say("%s begins", job->name);
    coil_sleep(job->delay_ns);
    say("%s ends", job->name);
    return text(job->name);
}

static struct coil_future *create_task(coil_coroutine_fn *fn, void *arg)
{
    return coil_create_task_with(fn, arg, &(struct coil_task_options){.loop = loop});
}

static coil_async const char *complete(struct job job)
{
    struct coil_future *task = create_task(work, &job);
    const char *result = told(coil_loop_run_until_complete(loop, task));

    coil_future_unref(task);
    return result;
}

int main(void)
{
    struct coil_future *task;

    loop = new_loop();
    task = create_task(background, NULL);
    say("first run: %s", complete((struct job){"a", COIL_MS(25)}));
    say("background done: %s", yes(coil_future_done(task)));
    say("second run: %s", complete((struct job){"b", 0}));
    coil_loop_run_until_complete(loop, task);
    say("background done: %s", yes(coil_future_done(task)));
    coil_future_unref(task);
    coil_loop_close(loop);
    return 0;
}
