/* How a process pool ends: drain, cancel, grace, report, force; and then its processes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include <coil/sock.h>
#include <coil/task.h>

#include "base/alloc.h"
#include "base/time.h"
#include "mach/clock.h"
#include "mach/sys_io.h"
#include "mach/thread.h"
#include "work/process_ear.h"
#include "work/stop.h"

#define GOODBYE_NS COIL_SECONDS(1) /* for a worker without a job to go by itself */

typedef bool reached_fn(struct process_pool *pool);

/* Whether it was in time. */
static bool wait_until(struct process_pool *pool, reached_fn *reached, int64_t deadline_ns)
{
    for (;;) {
        uint32_t seen = (uint32_t)word_load(&pool->settled);

        if (reached(pool))
            return true;
        if (mach_now() >= deadline_ns)
            return false;
        coil__mach_futex_wait(word_futex(&pool->settled), seen, deadline_ns);
    }
}

static bool no_jobs(struct process_pool *pool)
{
    return word_load(&pool->pending) == 0;
}

/* ---- jobs ---- */

/* Under the lock. */
static void cancel_in(struct seat *seat, struct coil_exception *reason, struct coil_link *done)
{
    struct coil_link *at, *next;

    for (at = seat->waiting.next; at != &seat->waiting; at = next) {
        struct process_job *job = container_of(at, struct process_job, link);

        next = at->next;
        if (coil__seat_withdraw(job))
            coil__process_job_off(job, -ECANCELED, NULL, coil__exception_ref(reason), done);
        else
            coil__process_ask_cancel(job);
    }
    list_each (at, &seat->running)
        coil__process_ask_cancel(container_of(at, struct process_job, link));
}

struct coil_exception *coil__process_ends(void)
{
    return coil__exception_text(-ECANCELED, "", "the pool is being shut down");
}

static void cancel_all(struct process_pool *pool)
{
    struct coil_exception *reason = coil__process_ends();
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    pool->cancelled = true;
    for (unsigned i = 0; i < pool->executor.workers; i++)
        cancel_in(&pool->seats[i], reason, &done);
    coil__process_fail_queue(pool, -ECANCELED, reason, &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
}

/* What is known of a job that goes on in spite of all. */
struct survivor {
    struct process_job *job; /* NULL: there is none */
    char line[512];
};

/* Takes it out of its seat, if it is not done. It is told of without the lock, and before it is
 * settled. */
static void take_survivor(struct seat *seat, unsigned slot, struct survivor *out,
                          struct coil_link *done)
{
    struct process_job *job;

    pthread_mutex_lock(&seat->pool->lock);
    if (seat->board != NULL)
        coil__seat_harvest(seat, done);
    job = seat->places[slot].job;
    out->job = job;
    if (job != NULL) {
        snprintf(out->line, sizeof(out->line), "%.200s (%.200s) in worker %u (pid %d)", job->name,
                 job->future.place, seat->index, seat->pid);
        coil__process_job_off(job, -COIL_ESTOPPED, NULL, NULL, done);
        seat->state = SEAT_ENDING;
        coil__seat_kill(seat);
    }
    pthread_mutex_unlock(&seat->pool->lock);
}

static void report(const char *line, const struct coil_stop_options *options)
{
    if (options->survivor != NULL)
        options->survivor(line, options->arg);
    else
        fprintf(stderr, "coil: a job did not end in its grace, its worker is killed: %s\n", line);
}

static int64_t leave_survivors(struct process_pool *pool, const struct coil_stop_options *options)
{
    struct survivor survivor;
    struct coil_link done;
    int64_t n = 0;

    list_init(&done);
    for (unsigned i = 0; i < pool->executor.workers; i++)
        for (unsigned slot = 0; slot < pool->slots; slot++) {
            take_survivor(&pool->seats[i], slot, &survivor, &done);
            if (survivor.job != NULL)
                report(survivor.line, options);
            n += survivor.job != NULL;
            coil__process_complete(&done);
        }
    return n;
}

static int64_t end_jobs(struct process_pool *pool, const struct coil_stop_options *options)
{
    int64_t grace = stop_grace_ns(options);

    if (options->drain_ns > 0)
        wait_until(pool, no_jobs, time_after(mach_now(), options->drain_ns));
    cancel_all(pool); /* a thread may give one yet that had asked before the pool refused */
    if (grace > 0 && wait_until(pool, no_jobs, time_after(mach_now(), grace)))
        return 0;
    return no_jobs(pool) ? 0 : leave_survivors(pool, options);
}

/* ---- processes ---- */

static bool no_workers(struct process_pool *pool)
{
    bool none;

    pthread_mutex_lock(&pool->lock);
    none = pool->empty_seats == pool->executor.workers;
    pthread_mutex_unlock(&pool->lock);
    return none;
}

static bool no_zygotes(struct process_pool *pool)
{
    return word_load(&pool->ended) != 0;
}

/* The spare one first: the zygote, its parent, reaps it. */
static coil_async struct coil_result end_zygotes(void *arg)
{
    struct process_pool *pool = arg;
    struct zygote_near *near;

    while ((near = pool->spare != NULL ? pool->spare : pool->zygote) != NULL) {
        struct coil_future *task = coil_future_ref(near->task);

        coil__sys_shutdown(near->control, SHUT_WR);
        coil_await(task);
        coil_future_unref(task);
    }
    word_store(&pool->ended, 1);
    coil__process_settled(pool);
    return coil_number(0);
}

void coil__process_end_zygotes(struct process_pool *pool)
{
    struct coil_future *task;

    if (pool->ends)
        return;
    task = coil_create_task(end_zygotes, pool);
    pool->ends = !coil_future_done(task); /* else there is no memory for it; it is tried again */
    coil_future_unref(task);
}

bool coil__process_is_ending(struct process_pool *pool)
{
    bool ending;

    pthread_mutex_lock(&pool->lock);
    ending = pool->ending;
    pthread_mutex_unlock(&pool->lock);
    return ending;
}

static void wake(struct process_pool *pool, bool impatient)
{
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pool->impatient = impatient;
    coil__process_wake(pool);
    pthread_mutex_unlock(&pool->lock);
}

static void kill_workers(struct process_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    for (unsigned i = 0; i < pool->executor.workers; i++)
        coil__seat_kill(&pool->seats[i]);
    pthread_mutex_unlock(&pool->lock);
}

/* Nobody wakes it any more. */
static struct coil_thread *take_manager(struct process_pool *pool)
{
    struct coil_thread *manager = pool->manager;

    pthread_mutex_lock(&pool->lock);
    pool->manager = NULL;
    pthread_mutex_unlock(&pool->lock);
    return manager;
}

static void end_processes(struct process_pool *pool)
{
    wake(pool, false);
    if (!wait_until(pool, no_workers, time_after(mach_now(), GOODBYE_NS)))
        kill_workers(pool);
    while (!wait_until(pool, no_workers, time_after(mach_now(), GOODBYE_NS)))
        wake(pool, true); /* a zygote that is stopped does not tell that they have ended */
    wake(pool, false);
    while (!wait_until(pool, no_zygotes, time_after(mach_now(), GOODBYE_NS)))
        wake(pool, true);
    coil_thread_close(take_manager(pool));
}

static bool is_managed(struct process_pool *pool)
{
    bool managed;

    pthread_mutex_lock(&pool->lock);
    managed = pool->manager != NULL;
    if (!managed)
        pool->ending = true;
    pthread_mutex_unlock(&pool->lock);
    return managed;
}

int64_t coil__process_shutdown(struct coil_executor *self, const struct coil_stop_options *options)
{
    struct process_pool *pool = pool_of(self);
    int64_t left_behind = 0;

    if (is_managed(pool)) {
        left_behind = end_jobs(pool, options);
        end_processes(pool);
    } else {
        coil__near_end(pool->zygote);
        pool->zygote = NULL;
    }
    pthread_mutex_lock(&pool->lock);
    coil__process_close_seats(pool);
    coil__ears_close(pool);
    pthread_mutex_unlock(&pool->lock);
    return left_behind;
}
