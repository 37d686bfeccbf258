/* Jobs on their way to workers: written into their boards, or sent as packets. */
#include <errno.h>
#include <poll.h>

#include <coil/task.h>

#include "mach/sys.h"
#include "work/process_ear.h"

#define AGAIN_NS COIL_MS(1) /* when there is no room to wait for */

/* ---- parts ---- */

bool coil__process_is_large(const struct process_job *job)
{
    return job->data_bytes > job->pool->setup.shared_bytes;
}

bool coil__process_is_small(const struct process_job *job)
{
    return !coil__process_is_large(job) &&
           sizeof(struct job_head) + strlen(job->symbol) + job->data_bytes <= MESSAGE_BYTES;
}

void coil__process_give_up_parts(struct process_job *job)
{
    coil__payload_free(job->payload);
    job->payload = NULL;
}

static struct job_head head_of(const struct process_job *job)
{
    struct job_head head = {.kind = JOB_RUN,
                            .flags = job->batch ? JOB_BATCH : 0,
                            .id = job->id,
                            .data_bytes = job->data_bytes,
                            .n = job->payload->n,
                            .part_bytes = job->payload->part_bytes,
                            .stride = job->payload->stride,
                            .stack_bytes = job->stack_bytes,
                            .name_bytes = (uint32_t)strlen(job->symbol)};

    if (job->payload->fd >= 0)
        head.flags |= JOB_SHARED;
    if (job->pool->program == NULL)
        head.function = (uintptr_t)job->payload->function.fn;
    return head;
}

/* Where it fits: as the message of the slot. A large one that could not be put into a file when it
 * was submitted has a second chance now, and what was sent need not be kept here any longer. */
static int write_message(const struct seat *seat, struct process_job *job, struct slot *slot)
{
    struct job_head head;
    struct letter letter;
    int err = 0;

    if (coil__process_is_large(job) && job->payload->fd < 0)
        err = coil__payload_to_file(job->payload);
    if (err != 0)
        return err;
    head = head_of(job);
    coil__letter_begin(&letter);
    coil__letter_add(&letter, &head, sizeof(head));
    coil__letter_add(&letter, job->symbol, head.name_bytes);
    if (job->payload->fd >= 0)
        coil__letter_attach(&letter, &job->payload->fd, 1);
    else
        coil__letter_add(&letter, job->payload->parts, job->data_bytes);
    slot->bytes = (uint32_t)coil__letter_copy(&letter, slot->message, MESSAGE_BYTES);
    if (slot->bytes > 0)
        return 0;
    err = coil__letter_send(&letter, seat->socket);
    if (err == 0)
        coil__process_give_up_parts(job);
    return err;
}

/* ---- ears ---- */

static int introduce(const struct seat *seat, unsigned number, int fd)
{
    struct job_head head = {.kind = JOB_EAR, .id = number};
    struct letter letter;

    coil__letter_begin(&letter);
    coil__letter_add(&letter, &head, sizeof(head));
    coil__letter_attach(&letter, &fd, 1);
    return coil__letter_send(&letter, seat->socket);
}

/* Whom the worker is to ring: whoever it knows. */
static unsigned choose_ear(struct seat *seat, const struct process_job *job)
{
    unsigned *known = &seat->ears[job->ear % EARS];
    int fd = job->ear != 0 ? coil__ear_fd(seat->pool, job->ear) : -1;

    if (fd < 0)
        return 0;
    if (*known != job->ear && introduce(seat, job->ear, fd) != 0)
        return 0;
    *known = job->ear;
    coil__process_watch(seat->pool);
    return job->ear;
}

/* ---- slots ---- */

int coil__seat_put(struct seat *seat, struct process_job *job)
{
    unsigned index = seat->free[seat->free_slots - 1];
    struct slot *slot = &seat->board->slots[index];
    unsigned ear = choose_ear(seat, job);
    int err;

    job->id = ++seat->pool->next_id;
    err = write_message(seat, job, slot);
    if (err != 0)
        return err;
    seat->free_slots--;
    seat->places[index] = (struct place){.job = job, .lent = true};
    job->slot = index;
    word_store(&slot->flag, 0);
    word_store(&slot->ear, ear);
    word_store(&slot->state, SLOT_PUT);
    if (coil__tray_put(&seat->board->requests, seat->board->slots, index))
        sys_eventfd_ring(seat->bell);
    return 0;
}

/* ---- room ---- */

void coil__seat_is_full(struct seat *seat, int err)
{
    seat->full = err;
    coil__process_wake(seat->pool);
}

static coil_async struct coil_result wait_for_room(void *arg)
{
    struct seat *seat = arg;
    struct process_pool *pool = seat->pool;
    struct coil_link done;
    int err = seat->full == -EAGAIN ? coil_poll(seat->socket, POLLOUT) : coil_sleep(AGAIN_NS);

    if (err == -ECANCELED)
        return coil_error(err);
    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    seat->full = 0;
    coil__process_pump(pool, &done);
    if (seat->full != 0) /* again */
        coil__process_wake(pool);
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    return coil_number(0);
}

bool coil__seat_watch_room(struct seat *seat)
{
    bool full;

    pthread_mutex_lock(&seat->pool->lock);
    full = seat->full != 0 && seat->state != SEAT_ENDING;
    pthread_mutex_unlock(&seat->pool->lock);
    if (seat->room_task != NULL && coil_future_done(seat->room_task))
        coil__seat_give_up_task(&seat->room_task);
    if (full && seat->room_task == NULL)
        seat->room_task = coil_create_task(wait_for_room, seat);
    return seat->room_task == NULL || !coil_future_done(seat->room_task);
}
