#include "pools.h"

struct coil_executor *open_pool(unsigned loops, enum coil_placement placement)
{
    struct coil_loop_pool_options options = {.loops = loops, .placement = placement};
    struct coil_executor *pool = coil_loop_pool_open(&options);

    if (pool == NULL)
        FAIL("no pool: %s", strerror(errno));
    return pool;
}

static struct coil_result find_loop(void *arg)
{
    struct coil_executor *pool = arg;

    for (unsigned i = 0; i < coil_executor_workers(pool); i++)
        if (coil_loop_pool_loop(pool, i) == coil_loop_current())
            return coil_number(i);
    return coil_error(-ENOENT);
}

int loop_of_job(struct coil_executor *pool, uint64_t key)
{
    struct coil_job_options options = {.key = key};

    return (int)finish(coil_executor_submit_with(pool, find_loop, pool, &options));
}

static struct coil_result set_event(void *event)
{
    coil_event_set(event);
    return coil_value(NULL);
}

void pool_let_go(struct coil_executor *pool, unsigned loop, struct job *job)
{
    CHECK_EQ(finish(coil_run_coroutine_threadsafe(coil_loop_pool_loop(pool, loop), set_event,
                                                  &job->event)),
             0);
}

static struct coil_result be_plugged(void *arg)
{
    struct plug *plug = arg;

    sem_post(&plug->in);
    while (sem_wait(&plug->out) != 0)
        ;
    return coil_value(NULL);
}

void plug_loop(struct plug *plug, struct coil_executor *pool, unsigned loop)
{
    sem_init(&plug->in, 0, 0);
    sem_init(&plug->out, 0, 0);
    plug->handle = coil_run_coroutine_threadsafe(coil_loop_pool_loop(pool, loop), be_plugged, plug);
    await_post(&plug->in);
}
