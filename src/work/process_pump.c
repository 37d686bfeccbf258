/* Which job goes where: to a worker that is free; else behind what all workers are at; taken back
 * from there for one that has become free. */
#include <errno.h>

#include "mach/clock.h"
#include "work/processes.h"

static struct process_job *first_of(const struct coil_link *list)
{
    return container_of(list->next, struct process_job, link);
}

/* ---- the queue ---- */

void coil__process_leave_queue(struct process_job *job)
{
    list_remove(&job->link);
    job->queued = false;
    job->pool->queued--;
}

void coil__process_requeue(struct process_job *job)
{
    list_prepend(&job->pool->queue, &job->link);
    job->queued = true;
    job->pool->queued++;
    job->deadline_ns = 0;
}

/* ---- seats ---- */

/* It shares a worker, for now; the next one may not have to. */
static void press(struct process_pool *pool)
{
    pool->pressed = pool->empty_seats > 0;
    if (pool->pressed)
        coil__process_wake(pool);
}

/* Its worker is at it, or will be at once. */
static void begins(struct process_job *job)
{
    struct seat *seat = job->seat;

    if (seat->n_running == 0) /* what it said before is no word of this one's */
        seat->words_from = COUNTER_READ(seat->words_n);
    else
        press(seat->pool);
    list_append(&seat->running, &job->link);
    seat->n_running++;
    word_or(&job->future.state, CF_RUNNING);
    if (job->timeout_ns > 0) {
        job->deadline_ns = mach_now() + job->timeout_ns;
        seat->pool->timed = true;
        coil__process_wake(seat->pool);
    }
}

static void take_seat(struct seat *seat, struct process_job *job)
{
    job->seat = seat;
    seat->jobs++;
    job->waits = seat->n_running == seat->pool->setup.at_once;
    if (!job->waits) {
        begins(job);
        return;
    }
    list_append(&seat->waiting, &job->link);
    seat->n_waiting++;
}

static void move_up(struct seat *seat)
{
    struct process_job *job;

    while (seat->state == SEAT_READY && seat->n_running < seat->pool->setup.at_once &&
           seat->n_waiting > 0) {
        job = first_of(&seat->waiting);
        list_remove(&job->link);
        seat->n_waiting--;
        job->waits = false;
        begins(job);
    }
}

void coil__seat_lose(struct process_job *job)
{
    struct seat *seat = job->seat;

    list_remove(&job->link);
    *(job->waits ? &seat->n_waiting : &seat->n_running) -= 1;
    seat->places[job->slot].job = NULL;
    job->seat = NULL;
    job->waits = false;
    move_up(seat);
}

bool coil__seat_withdraw(struct process_job *job)
{
    struct seat *seat = job->seat;

    if (!job->waits || !coil__slot_moves(&seat->board->slots[job->slot], SLOT_PUT, SLOT_WITHDRAWN))
        return false;
    seat->jobs--;
    coil__seat_lose(job);
    return true;
}

/* ---- choosing ---- */

static bool takes_more(const struct seat *seat)
{
    unsigned each = seat->pool->jobs_each;

    return seat->state == SEAT_READY && seat->free_slots > 0 && seat->full == 0 &&
           (each == 0 || seat->jobs < each);
}

/* The one that runs the fewest; of several the first, so that few are kept busy. */
static struct seat *choose_free(const struct process_pool *pool)
{
    struct seat *best = NULL;

    for (unsigned i = 0; i < pool->executor.workers; i++) {
        struct seat *seat = &pool->seats[i];

        if (!takes_more(seat) || seat->n_running == pool->setup.at_once ||
            (best != NULL && seat->n_running >= best->n_running))
            continue;
        best = seat;
        if (seat->n_running == 0)
            break;
    }
    return best;
}

/* The one at which the fewest wait; NULL also while another worker can be had. */
static struct seat *choose_busy(const struct process_pool *pool)
{
    struct seat *best = NULL;

    for (unsigned i = 0; i < pool->executor.workers; i++) {
        struct seat *seat = &pool->seats[i];

        if (seat->state == SEAT_EMPTY || seat->state == SEAT_STARTING)
            return NULL;
        if (takes_more(seat) && seat->n_waiting < WAITING_MOST &&
            (best == NULL || seat->n_waiting < best->n_waiting))
            best = seat;
    }
    return best;
}

static struct seat *choose(const struct process_pool *pool, const struct process_job *job)
{
    struct seat *seat = choose_free(pool);

    return seat != NULL || !coil__process_is_small(job) ? seat : choose_busy(pool);
}

/* Its worker may have no room until it has read; then it stays where it is. */
static void give(struct seat *seat, struct process_job *job, struct coil_link *done)
{
    int err = coil__seat_put(seat, job);

    if (err == 0) {
        coil__process_leave_queue(job);
        take_seat(seat, job);
    } else if (err == -EAGAIN || err == -ETOOMANYREFS) {
        coil__seat_is_full(seat, err);
    } else if (err == -EPIPE || err == -ECONNRESET) {
        seat->state = SEAT_ENDING;
        coil__seat_kill(seat);
    } else {
        coil__process_leave_queue(job);
        coil__process_job_off(job, err, NULL, NULL, done);
    }
}

/* ---- taking back ---- */

static struct seat *most_waiting(const struct process_pool *pool)
{
    struct seat *most = NULL;

    for (unsigned i = 0; i < pool->executor.workers; i++)
        if (pool->seats[i].n_waiting > (most != NULL ? most->n_waiting : 0))
            most = &pool->seats[i];
    return most;
}

/* Nobody waits behind a job while another worker has nothing to do. */
static void spread(struct process_pool *pool, struct coil_link *done)
{
    struct seat *idle, *busy;
    struct process_job *job;

    while (list_empty(&pool->queue) && (busy = most_waiting(pool)) != NULL &&
           (idle = choose_free(pool)) != NULL) {
        job = first_of(&busy->waiting);
        if (!coil__seat_withdraw(job)) /* it has begun: its worker is faster than we have heard */
            return;
        coil__process_requeue(job);
        give(idle, job, done);
    }
}

void coil__process_pump(struct process_pool *pool, struct coil_link *done)
{
    struct seat *seat;

    while (!list_empty(&pool->queue) && (seat = choose(pool, first_of(&pool->queue))) != NULL)
        give(seat, first_of(&pool->queue), done);
    spread(pool, done);
    if (!list_empty(&pool->queue) && pool->empty_seats > 0)
        coil__process_wake(pool);
}

/* Newest first, so that they are in the queue in their order. */
static void clear_waiting(struct seat *seat)
{
    struct coil_link *at, *before;

    for (at = seat->waiting.prev; at != &seat->waiting; at = before) {
        struct process_job *job = container_of(at, struct process_job, link);

        before = at->prev;
        if (coil__seat_withdraw(job))
            coil__process_requeue(job);
    }
}

bool coil__seat_kill_for(struct process_job *job, enum job_end why, struct coil_link *done)
{
    struct seat *seat = job->seat;

    clear_waiting(seat);
    coil__seat_harvest(seat, done); /* what has begun now has only since this one ended */
    if (job->seat == NULL) {
        coil__seat_dismiss(seat);
        return false;
    }
    job->end = why;
    seat->state = SEAT_ENDING;
    coil__seat_kill(seat);
    return true;
}
