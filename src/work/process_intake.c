/* How jobs come to a worker: from the tray of its board, in order, as many at a time as it is to
 * run. */
#include <errno.h>

#include <coil/file.h>
#include <coil/task.h>

#include "loop/loop.h"
#include "mach/clock.h"
#include "mach/sys.h"
#include "mach/sys_io.h"
#include "mach/sys_process.h"
#include "work/process_worker.h"

#define JOBS_A_TURN 64 /* then all else in the loop has its turn */

/* ---- packets ---- */

static void hear_of_ear(struct worker *self, uint64_t number, int fd)
{
    struct worker_ear *ear = &self->ears[number % EARS];

    if (ear->fd >= 0)
        coil__sys_close(ear->fd);
    *ear = (struct worker_ear){.number = (uintptr_t)number, .fd = fd};
}

/* The next one, which is there: it was sent before what tells of it was put. An ear is heard of in
 * passing. */
static void receive(struct worker *self, struct job_parts *parts, int *fd)
{
    int fds[LETTER_FDS];
    int64_t n = coil__letter_receive(self->seat.socket, self->buffer, self->buffer_bytes, fds);

    if (n <= 0)
        coil__sys_exit(1); /* a job has closed the socket, perhaps */
    *fd = fds[0];
    if (!coil__job_parts(self->buffer, (size_t)n, parts))
        coil__sys_exit(1);
    if (parts->head.kind == JOB_EAR)
        hear_of_ear(self, parts->head.id, *fd);
}

static void learn_ear(struct worker *self, uintptr_t number)
{
    struct job_parts parts;
    int fd;

    while (self->ears[number % EARS].number != number)
        receive(self, &parts, &fd);
}

/* ---- jobs ---- */

/* In the slot, or the packet that belongs to it: before that may be ears of jobs that were
 * withdrawn, or could not be sent after all. */
static void read_job(struct worker *self, const struct slot *slot, struct job_parts *parts, int *fd)
{
    *fd = -1;
    if (slot->bytes == 0) {
        do
            receive(self, parts, fd);
        while (parts->head.kind == JOB_EAR);
        return;
    }
    if (!coil__job_parts(slot->message, slot->bytes, parts))
        coil__sys_exit(1);
}

/* What was withdrawn goes back as it is. */
static void begin(struct worker *self, unsigned index)
{
    struct slot *slot = &self->board->slots[index];
    struct job_parts parts;
    int fd;

    if (!coil__slot_moves(slot, SLOT_PUT, SLOT_TAKEN)) {
        coil__tray_put(&self->board->answers, self->board->slots, index);
        return;
    }
    if (word_load(&slot->flag) != 0) /* heard of before there was anything to cancel, perhaps */
        self->cancels--;
    learn_ear(self, word_load(&slot->ear));
    read_job(self, slot, &parts, &fd);
    coil__worker_begin(self, index, &parts, fd);
}

/* While the tray says "asleep" it stays so: who sleeps is woken by what takes that away. */
static void collect(struct worker *self)
{
    int n;

    if (!tray_has(&self->board->requests))
        return;
    n = coil__tray_take(&self->board->requests, self->board->slots, self->slots, self->taken);
    if (n < 0)
        coil__sys_exit(1);
    for (int i = 0; i < n; i++)
        self->order[(self->order_from + self->order_n++) % self->slots] = self->taken[i];
}

static unsigned next_job(struct worker *self)
{
    unsigned index = self->order[self->order_from];

    self->order_from = (self->order_from + 1) % self->slots;
    self->order_n--;
    return index;
}

static bool may_begin(const struct worker *self)
{
    return self->order_n > 0 && self->running < self->setup.at_once;
}

static void pass_cancels_on(struct worker *self)
{
    uintptr_t cancels = word_load(&self->board->cancels);
    struct coil_link *at;

    if (cancels == self->cancels)
        return;
    self->cancels = cancels;
    list_each (at, &self->jobs)
        coil__worker_look_at_flag(container_of(at, struct worker_job, link));
}

/* True: there are more, but it is the turn of others. */
static bool begin_jobs(struct worker *self)
{
    unsigned n = 0;

    self->beginning = true;
    do {
        collect(self);
        for (; n < JOBS_A_TURN && may_begin(self); n++)
            begin(self, next_job(self));
    } while (n < JOBS_A_TURN && tray_has(&self->board->requests));
    self->beginning = false;
    pass_cancels_on(self);
    return may_begin(self);
}

static void go_on(struct coil_handle *handle)
{
    struct worker *self = container_of(handle, struct worker, go_on);

    if (begin_jobs(self))
        loop_ready(coil__loop_running, handle);
}

void coil__worker_job_ended(struct worker *self)
{
    self->running--;
    if (!self->beginning && may_begin(self) && !link_in_list(&self->go_on.link))
        loop_ready(coil__loop_running, &self->go_on);
}

/* ---- sleeping ---- */

static bool is_wanted(const struct worker *self)
{
    return word_load(&self->board->closing) != 0 ||
           word_load(&self->board->cancels) != self->cancels;
}

static bool has_more(const void *arg)
{
    const struct worker *self = arg;

    return tray_has(&self->board->requests) || is_wanted(self);
}

/* Looks for a while, if there is nothing else to do. */
static bool look_again(struct worker *self)
{
    int64_t now = mach_now();

    if (coil__loop_running->tasks_live > 1) {
        spin_begin_asleep(&self->spin, now);
        return false;
    }
    return spin_look(now, spin_begin(&self->spin, now), has_more, self);
}

static coil_async int64_t sleep_in_loop(struct worker *self)
{
    uint64_t rings;
    int64_t n = 1;

    if (coil__tray_sleep(&self->board->requests) && !is_wanted(self))
        n = coil_read(self->seat.bell, &rings, sizeof(rings));
    coil__tray_awake(&self->board->requests);
    return n;
}

coil_async struct coil_result coil__worker_serve(void *arg)
{
    struct worker *self = arg;
    int64_t n = 1;

    self->go_on.run = go_on;
    word_exchange(&self->board->ready, 1);
    coil__worker_ring(self, 0);
    while (n > 0) {
        if (begin_jobs(self)) {
            coil_yield();
            continue;
        }
        if (word_load(&self->board->closing) != 0)
            break;
        if (!look_again(self))
            n = sleep_in_loop(self);
        spin_end(&self->spin, mach_now());
    }
    return coil_number(0);
}
