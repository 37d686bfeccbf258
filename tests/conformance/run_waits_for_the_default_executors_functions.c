#include "common/jobs.h"

static struct gate running, forgotten, never;

static void let_both_go(void *arg)
{
    (void)arg;
    say("let go");
    let_go(&running);
    let_go(&forgotten);
}

static void tell(struct coil_future *job, void *arg)
{
    (void)arg;
    say("%s is told", (const char *)coil_future_result(job).value);
}

static struct coil_executor *executor;
static struct coil_done done;

static coil_async struct coil_result program(void *arg)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_future *jobs[3];
    const char *first;

    (void)arg;
    gate_init(&running, "running");
    gate_init(&forgotten, "forgotten");
    gate_init(&never, "never");
    executor = pool(1);
    coil_loop_set_default_executor(loop, executor);
    jobs[0] = coil_run_in_executor(NULL, gate_job, &running);
    jobs[1] = coil_run_in_executor(NULL, gate_job, &forgotten);
    coil_future_add_done_callback(jobs[1], &done, tell, NULL);
    jobs[2] = coil_run_in_executor(NULL, gate_job, &never);
    wait_until_begun(&running);
    coil_future_cancel(jobs[0], NULL);
    coil_future_cancel(jobs[2], NULL);
    first = told(coil_await(jobs[0]));
    say("main ends: %s %s", first, told(coil_await(jobs[2])));
    coil_call_later(loop, new_call(let_both_go, NULL), COIL_MS(1));
    for (int i = 0; i < 3; i++)
        coil_future_unref(jobs[i]);
    say("main has ended");
    return coil_value(NULL);
}

int main(void)
{
    int status = run(program);

    coil_executor_close(executor);
    say("it is over");
    return status;
}
