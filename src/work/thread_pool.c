/* Thread pools, and the default executor, which is one of the process's own pools. */
#include <coil/thread_pool.h>

#include <stdio.h>

#include "base/alloc.h"
#include "base/time.h"
#include "mach/clock.h"
#include "mach/thread.h"
#include "work/job_memory.h"
#include "work/stop.h"
#include "work/thread_job.h"

/*
 * Never given back to the heap, but used again: whoever cancels a job that is just done may still
 * look into its pool, which could have been closed meanwhile.
 */
struct thread_pool {
    struct coil_executor executor;
    struct mach_pool *pool;
    struct mach_pool own;
    struct thread_pool *next; /* among those that are not used */
};

static struct thread_pool *pool_of(const struct coil_executor *executor)
{
    return container_of(executor, struct thread_pool, executor);
}

/* ---- jobs ---- */

/* The lines that go from one processor to another and back: the future's last, the job's first. */
struct pool_job {
    char apart[2 * CACHE_LINE - sizeof(struct coil_cfuture)];
    struct coil_cfuture future;
    struct thread_job job;
};

_Static_assert(offsetof(struct pool_job, job) == 2 * CACHE_LINE, "the lines of a job");
_Static_assert(sizeof(struct pool_job) <= JOB_BYTES, "a job has room");

static struct pool_job *of_thread_job(struct thread_job *job)
{
    return container_of(job, struct pool_job, job);
}

static void job_ended(struct thread_job *job, struct coil_result result,
                      struct coil_exception *exception)
{
    coil__cfuture_settle(&of_thread_job(job)->future, result, exception, job->drop_result);
}

static void job_ref(struct thread_job *job)
{
    coil_cfuture_ref(&of_thread_job(job)->future);
}

static void job_unref(struct thread_job *job)
{
    coil_cfuture_unref(&of_thread_job(job)->future);
}

static const struct thread_job_kind job_kind = {
    .ended = job_ended, .ref = job_ref, .unref = job_unref};

/* One that has begun sees CF_CANCEL by itself. */
static void cancel_job(struct coil_cfuture *future)
{
    struct pool_job *self = container_of(future, struct pool_job, future);

    if (coil__thread_job_withdraw(&self->job))
        coil__thread_job_skip(
            &self->job, -ECANCELED,
            coil__exception_ref((struct coil_exception *)word_load(&future->reason)));
}

/* In its own thread only a job that waits for itself: others are run beside it. */
static int may_wait_for_job(const struct coil_cfuture *future)
{
    return coil__job_state == &future->state ? -EDEADLK : 0;
}

static bool job_begun(const struct coil_cfuture *future)
{
    return COUNTER_READ(container_of(future, const struct pool_job, future)->job.work.begun);
}

static void free_job(struct coil_cfuture *future)
{
    struct pool_job *self = container_of(future, struct pool_job, future);

    coil__thread_job_fini(&self->job);
    coil__job_memory_put(self);
}

static const struct cfuture_kind future_kind = {
    .cancel = cancel_job, .may_wait = may_wait_for_job, .begun = job_begun, .free = free_job};

static struct coil_cfuture *submit(struct coil_executor *executor, const struct job_spec *spec)
{
    struct pool_job *self = coil__job_memory_get();
    int err;

    if (self == NULL)
        return coil__job_refuse(spec, -ENOMEM);
    memset(&self->future, 0, sizeof(self->future));
    if (coil__thread_job_init(&self->job, &job_kind, &self->future.state, spec) != 0) {
        coil__job_memory_put(self);
        return coil__job_refuse(spec, -ENOMEM);
    }
    coil__cfuture_init(&self->future, &future_kind, spec->place);
    err = coil__thread_job_submit(&self->job, pool_of(executor)->pool);
    if (err != 0)
        coil__thread_job_skip(&self->job, err, NULL);
    return &self->future;
}

static int lend(struct coil_executor *executor, struct thread_job *job)
{
    return coil__thread_job_submit(job, pool_of(executor)->pool);
}

static size_t count_jobs(const struct coil_executor *executor)
{
    return coil__mach_pool_works(pool_of(executor)->pool);
}

static bool is_here(const struct coil_executor *executor)
{
    return coil__mach_pool_is_here(pool_of(executor)->pool);
}

/* ---- the end ---- */

static void ask_to_end(struct mach_work *work, int64_t since_ns, void *unused)
{
    (void)since_ns;
    (void)unused;
    word_or(thread_job_of(work)->state, CF_CANCEL);
}

/* Those that have not begun never do; those that run are told. */
static void cancel_all(struct mach_pool *pool)
{
    struct mach_work *work = coil__mach_pool_refuse(pool), *next;

    for (; work != NULL; work = next) {
        struct thread_job *job = thread_job_of(work);

        next = work->next;
        coil__thread_job_skip(
            job, -ECANCELED,
            coil__exception_text(ECANCELED, job->place, "its executor is being shut down"));
    }
    coil__mach_pool_each_running(pool, ask_to_end, NULL);
}

static void note_survivor(struct mach_work *work, int64_t since_ns, void *list)
{
    struct thread_job *job = thread_job_of(work), **first = list;

    job->kind->ref(job);
    job->since_ns = since_ns;
    job->next = *first;
    *first = job;
}

static void report_survivor(const struct thread_job *job, const struct coil_stop_options *options)
{
    int64_t ms = (mach_now() - job->since_ns) / COIL_MS(1);
    char line[512];

    snprintf(line, sizeof(line), "%s%s%s%s has been running for %lld.%03lld s",
             job->name != NULL ? job->name : "", job->name != NULL ? " (" : "", job->place,
             job->name != NULL ? ")" : "", (long long)(ms / 1000), (long long)(ms % 1000));
    if (options->survivor != NULL)
        options->survivor(line, options->arg);
    else
        fprintf(stderr, "coil: a job did not end in its grace and is left behind: %s\n", line);
}

/* What it brings after all is dropped by the worker. */
static bool leave_behind(struct thread_job *job)
{
    if ((word_or(job->state, CF_POSTED) & CF_POSTED) != 0)
        return false; /* it has ended meanwhile */
    job->kind->ended(job, coil_error(-COIL_ESTOPPED), NULL);
    return true;
}

static int64_t leave_survivors(struct mach_pool *pool, const struct coil_stop_options *options)
{
    struct thread_job *job = NULL, *next;
    int64_t count = 0;

    coil__mach_pool_each_running(pool, note_survivor, &job);
    for (; job != NULL; job = next) {
        next = job->next;
        if ((word_load(job->state) & CF_POSTED) == 0)
            report_survivor(job, options);
        count += leave_behind(job) ? 1 : 0;
        job->kind->unref(job);
    }
    return count;
}

static int64_t shut_down(struct coil_executor *executor, const struct coil_stop_options *options)
{
    struct mach_pool *pool = pool_of(executor)->pool;
    int64_t left = 0;

    if (options->drain_ns > 0)
        coil__mach_pool_wait_quiet(pool, time_after(mach_now(), options->drain_ns));
    cancel_all(pool);
    if (!coil__mach_pool_wait_quiet(pool, time_after(mach_now(), stop_grace_ns(options))))
        left = leave_survivors(pool, options);
    coil__mach_pool_close(pool);
    return left;
}

/* ---- open and close ---- */

static pthread_mutex_t unused_lock = PTHREAD_MUTEX_INITIALIZER;
static struct thread_pool *unused;

static void put_back(struct coil_executor *executor)
{
    struct thread_pool *self = pool_of(executor);

    pthread_mutex_lock(&unused_lock);
    self->next = unused;
    unused = self;
    pthread_mutex_unlock(&unused_lock);
}

static struct thread_pool *get_unused(void)
{
    struct thread_pool *self;

    pthread_mutex_lock(&unused_lock);
    self = unused;
    if (self != NULL)
        unused = self->next;
    pthread_mutex_unlock(&unused_lock);
    return self;
}

/* In the child of a fork: another thread may have been at them. */
static void forget_unused(void)
{
    pthread_mutex_init(&unused_lock, NULL);
    unused = NULL;
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forget_unused);
}

static const struct executor_kind kind = {
    .submit = submit,
    .shutdown = shut_down,
    .is_here = is_here,
    .free = put_back,
    .jobs = count_jobs,
    .lend = lend,
};

/* Its last thread has left. */
static void pool_gone(struct mach_pool *pool)
{
    executor_unref(&container_of(pool, struct thread_pool, own)->executor);
}

static void set_options(struct mach_pool *pool, const struct coil_thread_pool_options *options)
{
    snprintf(pool->name, sizeof(pool->name), "%s",
             options->name != NULL ? options->name : "coil-pool");
    pool->limit = options->threads;
    pool->stack_bytes = options->stack_bytes;
    pool->idle_ns = options->idle_ns;
    pool->begin = options->begin;
    pool->arg = options->arg;
    pool->gone = pool_gone;
}

struct coil_executor *coil_thread_pool_open(const struct coil_thread_pool_options *options)
{
    static const struct coil_thread_pool_options defaults;
    struct thread_pool *self = get_unused();

    if (self == NULL)
        self = mem_zalloc(sizeof(*self));
    if (self == NULL) {
        coil__mach_set_errno(ENOMEM);
        return NULL;
    }
    self->pool = &self->own;
    set_options(self->pool, options != NULL ? options : &defaults);
    coil__mach_pool_init(self->pool);
    coil__executor_init(&self->executor, &kind, self->pool->limit);
    executor_ref(&self->executor); /* the threads' */
    return &self->executor;
}

/* ---- the process's own ---- */

/* It has threads of its own there. */
static bool goes_on_in_child(struct coil_executor *executor)
{
    executor->generation = coil__fork_generation;
    return true;
}

static const struct executor_kind default_kind = {
    .submit = submit,
    .is_here = is_here,
    .jobs = count_jobs,
    .lend = lend,
    .survives_fork = goes_on_in_child,
};

static struct thread_pool the_default;

__attribute__((constructor)) static void make_default(void)
{
    the_default.pool = coil__mach_pool(MACH_POOL_DEFAULT);
    coil__executor_init(&the_default.executor, &default_kind, coil__mach_pool_default_limit());
}

struct coil_executor *coil_default_executor(void)
{
    return &the_default.executor;
}
