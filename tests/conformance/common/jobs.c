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
