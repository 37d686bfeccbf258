/* Process pools: whatever fails in us, in a zygote or in a worker, all of them end. */
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <coil/process_pool.h>

#include "torture/scenarios.h"

enum { LARGE = 40000 };

static struct coil_result echoes_bytes(void *bytes)
{
    return coil_bytes_result(bytes, coil_job_arg_bytes(bytes));
}

static coil_async struct coil_result sleeps_long(void *unused)
{
    (void)unused;
    return coil_error(coil_sleep(COIL_SECONDS(1000)));
}

/* Takes the job over. */
static coil_async int64_t await_job(struct coil_cfuture *job)
{
    struct coil_future *future = coil_wrap_future(job);
    int64_t status = coil_await(future).status;

    coil_future_unref(future);
    coil_cfuture_unref(job);
    return status;
}

static coil_async int64_t use(struct coil_executor *pool)
{
    static char large[LARGE];
    int items[] = {1, 2, 3};
    struct coil_cfuture *sleeper = coil_executor_submit_bytes(pool, sleeps_long, NULL, 0);
    int64_t status;

    coil_cfuture_cancel(sleeper);
    coil_cfuture_unref(sleeper);
    status = await_job(coil_executor_submit_bytes(pool, echoes_bytes, "small", 6));
    if (status >= 0)
        status = await_job(coil_executor_submit_batch(pool, echoes_bytes, items, 3));
    if (status >= 0)
        status = await_job(coil_executor_submit_bytes(pool, echoes_bytes, large, LARGE));
    return status;
}

static coil_async struct coil_result processes(void *arg)
{
    struct coil_process_pool_options options = {.workers = 1};
    struct coil_executor *pool;
    int64_t status;

    (void)arg;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* workers whose zygote has ended are nobody's else */
    pool = coil_process_pool_open(&options);
    if (pool == NULL)
        return coil_error(-EAGAIN);
    status = use(pool);
    coil_executor_close(pool);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    return coil_error(status < 0 ? status : 0);
}

const struct scenario scenarios_process[] = {
    {"processes", processes, true},
};
const int scenarios_process_count = sizeof(scenarios_process) / sizeof(scenarios_process[0]);
