/* The manager of a process pool: starts workers when they are needed, and looks at the time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coil/thread.h>

#include "mach/clock.h"
#include "mach/thread.h"
#include "work/process_ear.h"

#define FAILURES_AT_MOST 5
#define STARTING_AT_MOST 8   /* a socket may take no more than ten packets at a time */
#define RETRY_NS COIL_MS(10) /* doubled with each failure */
#define WATCH_NS COIL_MS(10)

/* ---- failures ---- */

void coil__process_settled(struct process_pool *pool)
{
    if (!executor_refuses(&pool->executor))
        return;
    word_add(&pool->settled, 1);
    coil__mach_futex_wake(word_futex(&pool->settled), INT32_MAX);
}

void coil__process_give_up(struct process_pool *pool, int64_t status, const char *text)
{
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    coil__process_fail_queue(pool, status, coil__exception_text(status, "", text), &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
}

static unsigned count_seats(const struct process_pool *pool, enum seat_state state)
{
    unsigned n = 0;

    for (unsigned i = 0; i < pool->executor.workers; i++)
        n += pool->seats[i].state == state;
    return n;
}

static void look_later(struct process_pool *pool)
{
    unsigned shift = pool->failures < 7 ? pool->failures : 7;

    coil_call_cancel(&pool->retry);
    coil_call_later(coil_thread_loop(pool->manager), &pool->retry, RETRY_NS << shift);
}

void coil__process_start_failed(struct process_pool *pool, int64_t status, const char *text)
{
    bool alone;

    pthread_mutex_lock(&pool->lock);
    alone = count_seats(pool, SEAT_READY) == 0;
    pthread_mutex_unlock(&pool->lock);
    if (pool->failures < FAILURES_AT_MOST)
        pool->failures++;
    if (pool->failures == FAILURES_AT_MOST && alone)
        coil__process_give_up(pool, status, text);
    look_later(pool);
}

/* ---- starting ---- */

/* A fork cannot be made any more, there are threads. */
static void break_down(struct process_pool *pool)
{
    char text[192];

    snprintf(text, sizeof(text), "no worker can be made any more: the pool's zygote %s",
             pool->zygote_fate);
    pthread_mutex_lock(&pool->lock);
    if (pool->broken == NULL)
        pool->broken = coil__exception_text(-COIL_EDIED, "", text);
    pthread_mutex_unlock(&pool->lock);
    coil__process_give_up(pool, -COIL_EDIED, text);
}

/* A program can be started at any time. */
static int have_zygote(struct process_pool *pool)
{
    int err;

    if (pool->zygote != NULL)
        return 0;
    if (pool->program == NULL) {
        break_down(pool);
        return -COIL_EDIED;
    }
    err = coil__near_open(pool, &pool->zygote);
    if (err == 0 && (err = coil__near_listen(pool->zygote)) != 0) {
        coil__near_end(pool->zygote);
        pool->zygote = NULL;
    }
    if (err != 0)
        coil__process_start_failed(pool, err, "the pool's program could not be started");
    else
        coil__near_ask_spare(pool);
    return err;
}

/* As many as the queue keeps busy; one more if jobs have to share a worker. */
static struct seat *next_to_start(struct process_pool *pool)
{
    size_t starting = count_seats(pool, SEAT_STARTING);

    if (pool->ending || starting >= STARTING_AT_MOST || pool->queued + pool->pressed <= starting)
        return NULL;
    for (unsigned i = 0; i < pool->executor.workers; i++)
        if (pool->seats[i].state == SEAT_EMPTY)
            return &pool->seats[i];
    return NULL;
}

static struct seat *take_empty_seat(struct process_pool *pool)
{
    struct seat *seat;

    pthread_mutex_lock(&pool->lock);
    seat = next_to_start(pool);
    if (seat != NULL) {
        pool->pressed = false;
        seat->state = SEAT_STARTING;
        seat->jobs = 0;
        seat->full = 0;
        pool->empty_seats--;
    }
    pthread_mutex_unlock(&pool->lock);
    return seat;
}

/* From the first worker on somebody listens. */
static int have_boards(struct process_pool *pool)
{
    struct coil_future *task;
    int err;

    if (pool->boards != NULL)
        return 0;
    err = pool->boards_memory == NULL ? coil__process_make_boards(pool) : 0;
    if (err != 0)
        return err;
    task = coil_create_task(coil__ear_of_manager, pool);
    if (coil_future_done(task)) /* there is no memory for it */
        err = -ENOMEM;
    coil_future_unref(task);
    if (err != 0)
        return err;
    pthread_mutex_lock(&pool->lock);
    pool->boards = pool->boards_memory;
    pthread_mutex_unlock(&pool->lock);
    return 0;
}

static void start_seat(struct process_pool *pool, struct seat *seat)
{
    int err;

    seat->zygote = pool->zygote;
    err = have_boards(pool);
    if (err == 0)
        err = coil__seat_start(seat);
    if (err == 0)
        return;
    pthread_mutex_lock(&pool->lock);
    seat->state = SEAT_EMPTY;
    pool->empty_seats++;
    pthread_mutex_unlock(&pool->lock);
    coil__process_start_failed(pool, err, "a worker could not be started");
}

static bool is_wanted(struct process_pool *pool)
{
    bool wanted;

    pthread_mutex_lock(&pool->lock);
    wanted = next_to_start(pool) != NULL;
    pthread_mutex_unlock(&pool->lock);
    return wanted;
}

/* After a failure only when it is time to look again. */
static void start_workers(struct process_pool *pool)
{
    struct seat *seat;

    while (!coil_call_scheduled(&pool->retry) && is_wanted(pool)) {
        if (have_zygote(pool) != 0)
            return;
        seat = take_empty_seat(pool);
        if (seat != NULL)
            start_seat(pool, seat);
    }
}

/* ---- time ---- */

static struct process_job *overdue(const struct seat *seat, int64_t now, int64_t *next)
{
    struct coil_link *at;

    list_each (at, &seat->running) {
        struct process_job *job = container_of(at, struct process_job, link);

        if (job->deadline_ns == 0 || job->end != JOB_DIES)
            continue;
        if (job->deadline_ns <= now)
            return job;
        if (job->deadline_ns < *next)
            *next = job->deadline_ns;
    }
    return NULL;
}

/* One that turns out to be done makes room for the next. */
static void end_overdue(struct process_pool *pool, int64_t now, int64_t *next,
                        struct coil_link *done)
{
    struct process_job *job;
    bool any = false;

    for (unsigned i = 0; i < pool->executor.workers; i++)
        while ((job = overdue(&pool->seats[i], now, next)) != NULL)
            any |= !coil__seat_kill_for(job, JOB_TIMED_OUT, done);
    if (any)
        coil__process_pump(pool, done);
}

/* Kills those whose time is up, and comes back for the next. */
static void look_at_time(void *arg)
{
    struct process_pool *pool = arg;
    int64_t now = mach_now(), next = COIL_FOREVER;
    struct coil_link done;
    bool timed;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    timed = pool->timed;
    pool->timed = false;
    if (timed)
        end_overdue(pool, now, &next, &done);
    pool->timed |= next != COIL_FOREVER; /* what was sent just now has woken us */
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    coil_call_cancel(&pool->alarm);
    if (next != COIL_FOREVER)
        coil_call_later(coil_thread_loop(pool->manager), &pool->alarm, next - now);
}

/* ---- looking by itself ---- */

void coil__process_watch(struct process_pool *pool)
{
    if (pool->watched)
        return;
    pool->watched = true;
    coil__process_wake(pool);
}

static bool has_jobs(const struct process_pool *pool)
{
    for (unsigned i = 0; i < pool->executor.workers; i++)
        if (pool->seats[i].n_running > 0)
            return true;
    return false;
}

static void look_later_again(struct process_pool *pool)
{
    bool watched;

    pthread_mutex_lock(&pool->lock);
    watched = pool->watched;
    pthread_mutex_unlock(&pool->lock);
    if (watched && !coil_call_scheduled(&pool->watch))
        coil_call_later(coil_thread_loop(pool->manager), &pool->watch, WATCH_NS);
}

static void look_around(void *arg)
{
    struct process_pool *pool = arg;
    struct coil_link done;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    pool->watched = has_jobs(pool);
    if (pool->watched)
        coil__process_harvest(pool, &done);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    look_later_again(pool);
}

/* ---- the manager ---- */

static void dismiss_workers(struct process_pool *pool)
{
    bool all_gone, impatient;

    pthread_mutex_lock(&pool->lock);
    for (unsigned i = 0; i < pool->executor.workers; i++)
        coil__seat_dismiss(&pool->seats[i]);
    impatient = pool->impatient;
    all_gone = pool->empty_seats == pool->executor.workers;
    pthread_mutex_unlock(&pool->lock);
    if (impatient) {
        coil__near_kill(pool->spare);
        coil__near_kill(pool->zygote);
    }
    if (all_gone)
        coil__process_end_zygotes(pool);
}

/* There is no other zygote: without memory it is tried again, later. */
static bool listen_first(struct process_pool *pool)
{
    int err = pool->zygote != NULL ? coil__near_listen(pool->zygote) : 0;

    if (err != 0) {
        coil__process_start_failed(pool, err, "the pool's zygote could not be listened to");
        return false;
    }
    pool->managed = true;
    coil__near_ask_spare(pool);
    return true;
}

static void manage(void *arg)
{
    struct process_pool *pool = arg;
    bool ending = coil__process_is_ending(pool);

    if (!pool->managed && !listen_first(pool))
        return;
    look_at_time(pool);
    look_later_again(pool);
    for (unsigned i = 0; i < pool->executor.workers; i++)
        if (!coil__seat_watch_room(&pool->seats[i]))
            look_later(pool);
    if (ending)
        dismiss_workers(pool);
    else
        start_workers(pool);
}

/* From now on it may be woken again. */
static void is_woken(void *arg)
{
    struct process_pool *pool = arg;

    pthread_mutex_lock(&pool->lock);
    pool->woken = false;
    pthread_mutex_unlock(&pool->lock);
    manage(pool);
}

void coil__process_wake(struct process_pool *pool)
{
    if (pool->woken || pool->manager == NULL)
        return;
    pool->woken = coil_call_soon_threadsafe(coil_thread_loop(pool->manager), &pool->wake) == 0;
}

/* Time has to pass there, whatever the program is tested with. */
static const char *driver(void)
{
    const char *wanted = getenv("COIL_DRIVER");

    return wanted != NULL && strcmp(wanted, "sim") == 0 ? "epoll" : NULL;
}

int coil__process_manage(struct process_pool *pool)
{
    struct coil_thread_options options = {.name = pool->setup.name, .loop = {.driver = driver()}};
    int err;

    if (pool->manager != NULL)
        return 0;
    err = coil__thread_open(&options, &pool->manager);
    if (err != 0) {
        pool->manager = NULL;
        return err;
    }
    word_store(&pool->loop, (uintptr_t)coil_thread_loop(pool->manager));
    coil_call_init(&pool->wake, is_woken, pool);
    coil_call_init(&pool->alarm, look_at_time, pool);
    coil_call_init(&pool->retry, manage, pool);
    coil_call_init(&pool->watch, look_around, pool);
    return 0;
}
