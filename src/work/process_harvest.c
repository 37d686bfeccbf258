/* What workers have put into their trays is taken, by whatever thread comes by. */
#include <errno.h>
#include <string.h>

#include "mach/sys_io.h"
#include "work/process_pack.h"
#include "work/processes.h"

/* Its memory is none to be trusted any more. */
static void is_mad(struct seat *seat)
{
    seat->state = SEAT_ENDING;
    coil__seat_kill(seat);
}

static bool is_answer(const struct job_parts *parts, const struct process_job *job)
{
    return parts->head.kind == JOB_DONE && parts->head.id == job->id;
}

/* From a copy: nobody changes it while it is looked at. */
static bool read_slot(const struct slot *slot, size_t bytes, const struct process_job *job,
                      struct outcome *out)
{
    char message[MESSAGE_BYTES];
    struct job_parts parts;

    if (bytes > MESSAGE_BYTES)
        return false;
    memcpy(message, slot->message, bytes);
    if (!coil__job_parts(message, bytes, &parts) || !is_answer(&parts, job) ||
        coil__outcome_takes_fd(&parts.head))
        return false;
    *out = coil__outcome_of(&parts, -1);
    return true;
}

/* It was sent before the slot was put, so it is there. */
static bool read_packet(struct seat *seat, const struct process_job *job, struct outcome *out)
{
    struct job_parts parts;
    int fds[LETTER_FDS];
    bool good, taken;
    int64_t n = coil__letter_receive(seat->socket, seat->buffer, seat->buffer_bytes, fds);

    if (n <= 0)
        return false;
    good = coil__job_parts(seat->buffer, (size_t)n, &parts) && is_answer(&parts, job);
    taken = good && coil__outcome_takes_fd(&parts.head);
    if (good)
        *out = coil__outcome_of(&parts, fds[0]);
    if (taken)
        fds[0] = -1;
    coil__letter_close_fds(fds);
    return good;
}

static bool read_answer(struct seat *seat, unsigned index, const struct process_job *job,
                        struct outcome *out)
{
    const struct slot *slot = &seat->board->slots[index];
    uint32_t bytes = __atomic_load_n(&slot->bytes, __ATOMIC_RELAXED);

    if ((word_load(&slot->state) & ~(uintptr_t)SLOT_WAITED) != SLOT_DONE)
        return false;
    return bytes > 0 ? read_slot(slot, bytes, job, out) : read_packet(seat, job, out);
}

/* A shutdown has left its job behind. Its packet, if it has one, goes with the worker. */
static void come_back(struct seat *seat, unsigned index)
{
    seat->places[index].lent = false;
    seat->free[seat->free_slots++] = (uint16_t)index;
}

static bool take_slot(struct seat *seat, unsigned index, struct coil_link *done)
{
    struct process_job *job = seat->places[index].job;
    struct outcome outcome = {0};

    if (!seat->places[index].lent)
        return false;
    if (job != NULL && !read_answer(seat, index, job, &outcome))
        return false;
    if (job != NULL)
        coil__process_job_off(job, outcome.status, outcome.value, outcome.exception, done);
    come_back(seat, index);
    return true;
}

void coil__seat_harvest(struct seat *seat, struct coil_link *done)
{
    const struct process_pool *pool = seat->pool;
    uint16_t *order = pool->order;
    int n;

    if (!tray_has(&seat->board->answers))
        return;
    n = coil__tray_take(&seat->board->answers, seat->board->slots, pool->slots, order);
    for (int i = 0; i < n; i++)
        if (!take_slot(seat, order[i], done)) {
            n = -1;
            break;
        }
    if (n < 0)
        is_mad(seat);
}

void coil__process_harvest(struct process_pool *pool, struct coil_link *done)
{
    bool any = false;

    for (unsigned i = 0; i < pool->executor.workers; i++) {
        struct seat *seat = &pool->seats[i];

        if (seat->state == SEAT_EMPTY || seat->board == NULL || !tray_has(&seat->board->answers))
            continue;
        coil__seat_harvest(seat, done);
        coil__seat_dismiss(seat);
        any = true;
    }
    if (any)
        coil__process_pump(pool, done);
}
