/* Jobs on their way to workers: sent when there is one that is free and has room. */
#include <errno.h>
#include <poll.h>
#include <sys/mman.h>

#include <coil/task.h>

#include "mach/clock.h"
#include "mach/sys_io.h"
#include "mach/sys_memory.h"
#include "work/processes.h"

void coil__process_leave_queue(struct process_job *job)
{
    list_remove(&job->link);
    job->queued = false;
    job->pool->queued--;
}

/* Parts that are too many for a packet, as a memory file. Fails for want of descriptors or memory:
 * then it is tried again when it is sent. */
int coil__process_share_parts(struct process_job *job)
{
    void *memory = NULL;
    int fd = coil__sys_memfd("coil-job", job->data_bytes), err;

    if (fd < 0)
        return fd;
    err = coil__sys_mmap(&memory, job->data_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (err != 0) {
        coil__sys_close(fd);
        return err;
    }
    memcpy(memory, job->payload->parts, job->data_bytes);
    coil__sys_munmap(memory, job->data_bytes);
    job->shared = fd;
    return 0;
}

bool coil__process_is_large(const struct process_job *job)
{
    return job->data_bytes > job->pool->setup.shared_bytes;
}

void coil__process_give_up_parts(struct process_job *job)
{
    coil__payload_free(job->payload);
    job->payload = NULL;
    if (job->shared >= 0)
        coil__sys_close(job->shared);
    job->shared = -1;
}

static struct job_head head_of(const struct process_job *job)
{
    struct job_head head = {.kind = JOB_RUN,
                            .slot = (uint16_t)job->slot,
                            .flags = job->batch ? JOB_BATCH : 0,
                            .id = job->id,
                            .data_bytes = job->data_bytes,
                            .n = job->payload->n,
                            .part_bytes = job->payload->part_bytes,
                            .stride = job->payload->stride,
                            .stack_bytes = job->stack_bytes,
                            .name_bytes = (uint32_t)strlen(job->symbol)};

    if (job->shared >= 0)
        head.flags |= JOB_SHARED;
    if (job->pool->program == NULL)
        head.function = (uintptr_t)job->payload->function.fn;
    return head;
}

static int send_parts(const struct seat *seat, struct process_job *job)
{
    struct job_head head;
    struct letter letter;
    int err;

    if (coil__process_is_large(job) && job->shared < 0 &&
        (err = coil__process_share_parts(job)) != 0)
        return err;
    head = head_of(job);
    coil__letter_begin(&letter);
    coil__letter_add(&letter, &head, sizeof(head));
    coil__letter_add(&letter, job->symbol, head.name_bytes);
    if (job->shared >= 0)
        coil__letter_attach(&letter, &job->shared, 1);
    else
        coil__letter_add(&letter, job->payload->parts, job->data_bytes);
    return coil__letter_send(&letter, seat->socket);
}

/* It shares a worker, for now; the next one may not have to. */
static void press(struct process_pool *pool)
{
    pool->pressed = pool->empty_seats > 0;
    if (pool->pressed)
        coil__process_wake(pool);
}

static void take_seat(struct seat *seat, struct process_job *job)
{
    if (seat->free_slots < seat->pool->setup.at_once)
        press(seat->pool);
    coil__process_leave_queue(job);
    seat->at[job->slot] = job;
    seat->free_slots--;
    seat->jobs++;
    job->seat = seat;
    word_or(&job->future.state, CF_RUNNING);
    coil__process_give_up_parts(job);
    if (job->timeout_ns > 0) {
        job->deadline_ns = mach_now() + job->timeout_ns;
        seat->pool->timed = true;
        coil__process_wake(seat->pool);
    }
}

/* The worker may have run while we were sending. */
static void look_for_answer(struct process_job *job, struct coil_link *done)
{
    uintptr_t sending = ANSWER_SENDING;
    struct outcome outcome = {0};
    struct job_head head;

    if (!word_cas(&job->seat->answers[job->slot].state, &sending, ANSWER_NONE) &&
        coil__answer_take(job, &head, &outcome))
        coil__process_job_off(job, outcome.status, outcome.value, outcome.exception, done);
}

void coil__seat_is_full(struct seat *seat)
{
    seat->full = true;
    coil__process_wake(seat->pool);
}

/* The worker may have ended, and nobody has heard it yet; or have no room until it has read. */
static void send_first(struct seat *seat, struct coil_link *done)
{
    struct process_pool *pool = seat->pool;
    struct process_job *job = container_of(pool->queue.next, struct process_job, link);
    int err;

    job->slot = seat->free[seat->free_slots - 1];
    job->id = ++pool->next_id;
    if (seat->free_slots == pool->setup.at_once) /* what it said before is no word of this one's */
        seat->words_from = COUNTER_READ(seat->words_n);
    word_store(&seat->answers[job->slot].state, ANSWER_SENDING);
    err = send_parts(seat, job);
    if (err == 0) {
        take_seat(seat, job);
        look_for_answer(job, done);
        coil__seat_dismiss(seat);
    } else if (err == -EAGAIN) {
        coil__seat_is_full(seat);
    } else if (err == -EPIPE || err == -ECONNRESET) {
        seat->state = SEAT_ENDING;
        coil__seat_kill(seat);
    } else {
        coil__process_leave_queue(job);
        coil__process_job_off(job, err, NULL, NULL, done);
    }
}

static bool takes_more(const struct seat *seat)
{
    unsigned each = seat->pool->jobs_each;

    return seat->state == SEAT_READY && seat->free_slots > 0 && !seat->full &&
           (each == 0 || seat->jobs < each);
}

/* The one with the fewest jobs; of several the first, so that few are kept busy. */
static struct seat *choose(struct process_pool *pool)
{
    struct seat *best = NULL;

    for (unsigned i = 0; i < pool->executor.workers; i++) {
        struct seat *seat = &pool->seats[i];

        if (!takes_more(seat) || (best != NULL && seat->free_slots <= best->free_slots))
            continue;
        best = seat;
        if (seat->free_slots == pool->setup.at_once)
            break;
    }
    return best;
}

void coil__process_pump(struct process_pool *pool, struct coil_link *done)
{
    struct seat *seat;

    while (!list_empty(&pool->queue) && (seat = choose(pool)) != NULL)
        send_first(seat, done);
    if (!list_empty(&pool->queue) && pool->empty_seats > 0)
        coil__process_wake(pool);
}

/* ---- room ---- */

/* Under the lock: it has taken something from its socket. */
static void has_room(struct seat *seat)
{
    if (!seat->full)
        return;
    seat->full = false;
    for (unsigned i = 0; i < seat->pool->setup.at_once; i++)
        if (seat->at[i] != NULL && seat->at[i]->cancel_waits)
            coil__process_ask_cancel(seat->at[i]);
}

static coil_async struct coil_result wait_for_room(void *arg)
{
    struct seat *seat = arg;
    struct process_pool *pool = seat->pool;
    struct coil_link done;
    int err = coil_poll(seat->socket, POLLOUT);

    if (err == -ECANCELED)
        return coil_error(err);
    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    has_room(seat);
    coil__process_pump(pool, &done);
    if (seat->full) /* again */
        coil__process_wake(pool);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    return coil_number(0);
}

void coil__seat_watch_room(struct seat *seat)
{
    bool full;

    pthread_mutex_lock(&seat->pool->lock);
    full = seat->full && seat->state != SEAT_ENDING;
    pthread_mutex_unlock(&seat->pool->lock);
    if (seat->room_task != NULL && coil_future_done(seat->room_task))
        coil__seat_give_up_task(&seat->room_task);
    if (full && seat->room_task == NULL)
        seat->room_task = coil_create_task(wait_for_room, seat);
}
