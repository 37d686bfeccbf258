#include "common/jobs.h"

static __thread bool ours;

static void begin(void *arg)
{
    (void)arg;
    ours = true;
}

static struct coil_result name(void *arg)
{
    (void)arg;
    return text(ours ? "ours" : "another");
}

static coil_async const char *run_by_default(void)
{
    struct coil_future *job = coil_run_in_executor(NULL, name, NULL);
    const char *how = told(coil_await(job));

    coil_future_unref(job);
    return how;
}

static coil_async struct coil_result program(void *arg)
{
    struct coil_thread_pool_options options = {.threads = 1, .begin = begin};
    struct coil_executor *executor = coil_thread_pool_open(&options);

    say("before: %s", run_by_default());
    coil_loop_set_default_executor(coil_loop_current(), executor);
    say("after: %s", run_by_default());
    say("to_thread: %s", told(coil_to_thread(name, NULL, NULL)));
    coil_loop_set_default_executor(coil_loop_current(), NULL);
    coil_executor_close(executor);
    return coil_value(arg);
}

int main(void)
{
    return run(program);
}
