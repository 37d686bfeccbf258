#include "work/process_ear.h"

#include <errno.h>

#include <coil/file.h>
#include <coil/task.h>

#include "base/alloc.h"
#include "io/world.h"
#include "mach/sys.h"

#define RETRY_NS COIL_MS(1)

/* A guest of its loop, on whose thread it is made and freed. */
struct process_ear {
    struct process_pool *pool; /* counted */
    struct coil_loop *loop;
    struct loop_guest guest;
    unsigned number;
    int fd; /* -1: closed */
    struct op op;
    uint64_t rings;
};

/* ---- what is heard ---- */

/* Workers need not ring while somebody looks. */
static bool hear(struct process_pool *pool, unsigned number)
{
    struct coil_link done;
    bool goes_on;

    list_init(&done);
    pthread_mutex_lock(&pool->lock);
    goes_on = pool->boards != NULL;
    if (goes_on) {
        coil__process_harvest(pool, &done);
        coil__ear_sleeps(pool->boards, number);
        coil__process_harvest(pool, &done);
    }
    pthread_mutex_unlock(&pool->lock);
    coil__process_complete(&done);
    return goes_on;
}

static bool is_ready(struct process_pool *pool, struct seat *seat)
{
    bool ready;

    pthread_mutex_lock(&pool->lock);
    ready = seat->board != NULL && seat->state != SEAT_EMPTY && !seat->ready &&
            seat->failure == 0 && word_load(&seat->board->ready) != 0;
    pthread_mutex_unlock(&pool->lock);
    return ready;
}

coil_async struct coil_result coil__ear_of_manager(void *arg)
{
    struct process_pool *pool = arg;
    uint64_t rings;
    int64_t n = 0;

    while (n != -ECANCELED) {
        hear(pool, 0);
        for (unsigned i = 0; i < pool->executor.workers; i++)
            if (is_ready(pool, &pool->seats[i]))
                coil__seat_is_ready(&pool->seats[i]);
        n = coil_read(pool->manager_ear, &rings, sizeof(rings));
        if (n < 0 && n != -ECANCELED) /* it must go on */
            n = coil_sleep(RETRY_NS);
    }
    return coil_number(0);
}

/* ---- loops ---- */

static void listen_on(struct process_ear *self)
{
    self->op.state = OP_IDLE;
    self->op.stage = 0;
    coil__drive_submit(self->loop->driver, &self->op);
}

/* Jobs that would ring it ring the manager, who looks for what it has been rung for already. */
static void forget(struct process_ear *self)
{
    struct process_pool *pool = self->pool;

    pthread_mutex_lock(&pool->lock);
    if (pool->ears[self->number % EARS] == self) {
        pool->ears[self->number % EARS] = NULL;
        if (pool->boards != NULL) {
            coil__ear_goes(pool->boards, self->number);
            sys_eventfd_ring(pool->manager_ear);
        }
    }
    pthread_mutex_unlock(&pool->lock);
}

/* What is out on it ends. */
static void shut(struct process_ear *self)
{
    forget(self);
    list_leave(&self->guest.link);
    if (self->fd >= 0)
        WORLD(self->loop, close, self->fd);
    self->fd = -1;
}

static void loop_closes(struct loop_guest *guest)
{
    shut(container_of(guest, struct process_ear, guest));
}

static void rung(struct op *op)
{
    struct process_ear *self = container_of(op, struct process_ear, op);

    if (op->result >= 0 && self->fd >= 0 && hear(self->pool, self->number)) {
        listen_on(self);
        return;
    }
    shut(self);
    executor_unref(&self->pool->executor);
    mem_free(self);
}

/* Under the lock: a place for one more. */
static unsigned free_number(struct process_pool *pool)
{
    for (unsigned i = 1; i < EARS; i++)
        if (pool->ears[i] == NULL)
            return ++pool->last_ear * EARS + i;
    return 0;
}

static bool register_ear(struct process_ear *self)
{
    struct process_pool *pool = self->pool;

    pthread_mutex_lock(&pool->lock);
    self->number = pool->boards != NULL && !pool->ending ? free_number(pool) : 0;
    if (self->number != 0) {
        pool->ears[self->number % EARS] = self;
        coil__ear_sleeps(pool->boards, self->number);
    }
    pthread_mutex_unlock(&pool->lock);
    return self->number != 0;
}

static unsigned make(struct process_pool *pool, struct coil_loop *loop)
{
    struct process_ear *self = mem_zalloc(sizeof(*self));

    if (self == NULL)
        return 0;
    *self = (struct process_ear){.pool = pool, .loop = loop, .guest = {.loop_closes = loop_closes}};
    self->op = (struct op){.kind = OP_READ, .done = rung};
    self->op.rw.data = &self->rings;
    self->op.rw.size = sizeof(self->rings);
    self->op.rw.offset = OP_STREAM;
    self->op.fd = self->fd = coil__sys_eventfd();
    if (self->fd < 0 || !register_ear(self)) {
        if (self->fd >= 0)
            coil__sys_close(self->fd);
        mem_free(self);
        return 0;
    }
    executor_ref(&pool->executor);
    list_append(&loop->guests, &self->guest.link);
    listen_on(self);
    return self->number;
}

/* A simulated world has no workers in it. */
static bool can_hear(const struct process_pool *pool, const struct coil_loop *loop)
{
    return loop != NULL && !loop->closing && loop->quantum != 0 &&
           (uintptr_t)loop != word_load(&pool->loop);
}

unsigned coil__ear_here(struct process_pool *pool)
{
    struct coil_loop *loop = coil__loop_running;
    unsigned number = 0;
    bool begun;

    if (!can_hear(pool, loop))
        return 0;
    pthread_mutex_lock(&pool->lock);
    begun = pool->boards != NULL;
    for (unsigned i = 1; i < EARS; i++)
        if (pool->ears[i] != NULL && pool->ears[i]->loop == loop)
            number = pool->ears[i]->number;
    pthread_mutex_unlock(&pool->lock);
    return number == 0 && begun ? make(pool, loop) : number;
}

int coil__ear_fd(const struct process_pool *pool, unsigned number)
{
    const struct process_ear *ear = pool->ears[number % EARS];

    return ear != NULL && ear->number == number ? ear->fd : -1;
}

void coil__ears_ring(struct process_pool *pool)
{
    for (unsigned i = 0; i < EARS; i++) {
        int fd = i == 0 ? pool->manager_ear : pool->ears[i] != NULL ? pool->ears[i]->fd : -1;

        if (fd >= 0 && word_load(&pool->boards->ears[i]) == EAR_AWAKE)
            sys_eventfd_ring(fd);
    }
}

/* Under the lock: who reads it sees that the boards are gone. */
void coil__ears_close(struct process_pool *pool)
{
    for (unsigned i = 1; i < EARS; i++)
        if (pool->ears[i] != NULL)
            coil__sys_eventfd_write(pool->ears[i]->fd);
}
