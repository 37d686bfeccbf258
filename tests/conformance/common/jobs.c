#include "common/jobs.h"

struct coil_executor *pool(unsigned threads)
{
    struct coil_thread_pool_options options = {.threads = threads};

    return coil_thread_pool_open(&options);
}

void shut(struct coil_executor *executor)
{
    struct coil_stop_options wait = {.drain_ns = COIL_FOREVER};

    coil_executor_shutdown(executor, &wait); /* not in a task */
    coil_executor_close(executor);           /* not in a task */
}

struct coil_result twice(void *number)
{
    return coil_number((intptr_t)number * 2);
}

struct coil_result fail(void *name)
{
    return coil_raise(EIO, "%s", (const char *)name);
}

void gate_init(struct gate *gate, const char *name)
{
    gate->name = name;
    sem_init(&gate->begun, 0, 0);
    sem_init(&gate->free, 0, 0);
}

struct coil_result gate_job(void *arg)
{
    struct gate *gate = arg;

    say("%s begins", gate->name);
    sem_post(&gate->begun);
    sem_wait(&gate->free);
    return text(gate->name);
}

void wait_until_begun(struct gate *gate)
{
    sem_wait(&gate->begun);
}

void let_go(struct gate *gate)
{
    sem_post(&gate->free);
}

const char *result(struct coil_cfuture *future, int64_t timeout_ns)
{
    return told(coil_cfuture_result(future, timeout_ns));
}

const char *state(const struct coil_cfuture *future)
{
    switch (coil_cfuture_state(future)) {
    case COIL_CFUTURE_DONE: return "done";
    case COIL_CFUTURE_PENDING: return "pending";
    default: return "running";
    }
}

const char *cancelled(struct coil_cfuture *future)
{
    return yes(coil_cfuture_done(future) && coil_cfuture_result(future, 0).status == -ECANCELED);
}

static void wait_until_done(struct coil_cfuture *job)
{
    coil_cfuture_wait_many(&job, 1, COIL_FOREVER, COIL_ALL_COMPLETED); /* not in a task */
}

void wait_for_three(enum coil_wait_condition condition)
{
    struct coil_executor *executor = pool(4);
    struct coil_cfuture *jobs[3];
    struct gate gate;
    int64_t done;

    gate_init(&gate, "gate");
    jobs[0] = coil_executor_submit(executor, gate_job, &gate);
    jobs[1] = coil_executor_submit(executor, twice, NUMBER(2));
    wait_until_begun(&gate);
    wait_until_done(jobs[1]);
    jobs[2] = coil_executor_submit(executor, fail, word("bad"));
    wait_until_done(jobs[2]);
    if (condition == COIL_ALL_COMPLETED)
        let_go(&gate);
    done = coil_cfuture_wait_many(jobs, 3, COIL_FOREVER, condition); /* not in a task */
    say("done: %d: %s %s %s", (int)done, state(jobs[0]), state(jobs[1]), state(jobs[2]));
    let_go(&gate);
    coil_cfuture_exception(jobs[2]); /* seen */
    for (int i = 0; i < 3; i++)
        coil_cfuture_unref(jobs[i]);
    shut(executor);
}
