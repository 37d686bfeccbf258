/* Several concurrent futures: wait, as_completed (concurrent.futures.wait, as_completed). */
#include "base/alloc.h"
#include "mach/clock.h"
#include "mach/interrupt.h"
#include "mach/thread.h"
#include "loop/loop.h"
#include "work/gate.h"

#define MOST_ITEMS ((SIZE_MAX - 256) / sizeof(struct gate_item))

/* Blocking this thread must not hold up what it would wait for. */
static int may_block(const struct coil_cfuture *future)
{
    return coil_cfuture_done(future) ? 0 : future->kind->may_wait(future);
}

/* ---- wait ---- */

struct waiting {
    struct gate gate;
    struct gate_item items[];
};

static void free_waiting(struct gate *gate)
{
    mem_free(container_of(gate, struct waiting, gate));
}

static bool is_enough(const struct coil_cfuture *future, enum coil_wait_condition condition)
{
    if (condition == COIL_FIRST_EXCEPTION)
        return future->result.status < 0 && future->result.status != -ECANCELED;
    return condition == COIL_FIRST_COMPLETED;
}

/* How many are done; `enough` is set if nothing is left to wait for. */
static size_t count_done(struct coil_cfuture *const *futures, size_t n,
                         enum coil_wait_condition condition, bool *enough)
{
    size_t done = 0;

    *enough = false;
    for (size_t i = 0; i < n; i++) {
        if (!coil_cfuture_done(futures[i]))
            continue;
        done++;
        *enough |= is_enough(futures[i], condition);
    }
    *enough |= done == n;
    return done;
}

static int may_block_for_all(struct coil_cfuture *const *futures, size_t n)
{
    int err = 0;

    if (coil__gate_suspends())
        return 0;
    for (size_t i = 0; i < n && err == 0; i++)
        err = may_block(futures[i]);
    return err;
}

/* All of them, by a thread: one after the other. */
static int wait_in_turn(struct coil_cfuture *const *futures, size_t n, int64_t timeout_ns)
{
    uint32_t seen = coil__mach_interrupts();
    int64_t deadline = coil__gate_deadline(timeout_ns), left = COIL_FOREVER;
    int err = 0;

    for (size_t i = 0; i < n && err == 0; i++) {
        if (coil_cfuture_done(futures[i]))
            continue;
        if (deadline != COIL_FOREVER)
            left = deadline - mach_now();
        err = coil__cfuture_wait_since(futures[i], left, seen);
    }
    return err == -ETIMEDOUT ? 0 : err;
}

/* Takes what comes until it is enough. */
static coil_async int wait_for_enough(struct waiting *self, size_t n, int64_t timeout_ns,
                                      enum coil_wait_condition condition)
{
    uint32_t seen = coil__mach_interrupts();
    int64_t deadline = coil__gate_deadline(timeout_ns);
    size_t arrived = 0;
    int err = 0;

    while (err == 0) {
        for (struct gate_item *at = coil__gate_take(&self->gate); at != NULL; at = gate_next(at))
            if (++arrived == n || is_enough(at->future, condition))
                return 0;
        err = coil__gate_wait(&self->gate, deadline, seen);
    }
    return err == -ETIMEDOUT ? 0 : err;
}

static coil_async int watch_and_wait(struct coil_cfuture *const *futures, size_t n,
                                     int64_t timeout_ns, enum coil_wait_condition condition)
{
    struct waiting *self;
    int err = may_block_for_all(futures, n);

    if (err != 0)
        return err;
    if (condition == COIL_ALL_COMPLETED && !coil__gate_suspends())
        return wait_in_turn(futures, n, timeout_ns);
    self = n > MOST_ITEMS ? NULL : mem_alloc(sizeof(*self) + n * sizeof(self->items[0]));
    if (self == NULL)
        return -ENOMEM;
    coil__gate_init(&self->gate, free_waiting);
    coil__gate_belong(&self->gate, coil__gate_close);
    for (size_t i = 0; i < n; i++)
        coil__gate_watch(&self->gate, &self->items[i], futures[i]);
    err = wait_for_enough(self, n, timeout_ns, condition);
    coil__gate_close(&self->gate);
    return err;
}

coil_async int64_t coil_cfuture_wait_many(struct coil_cfuture *const *futures, size_t n,
                                          int64_t timeout_ns, enum coil_wait_condition condition)
{
    bool enough;
    size_t done = count_done(futures, n, condition, &enough);
    int err;

    if (enough || timeout_ns <= 0)
        return (int64_t)done;
    err = watch_and_wait(futures, n, timeout_ns, condition);
    return err != 0 ? err : (int64_t)count_done(futures, n, condition, &enough);
}

/* ---- as_completed ---- */

/* Items stay where they are, so more of them go into another block, twice as large. */
struct block {
    struct block *older;
    size_t used, capacity;
    struct gate_item items[];
};

struct coil_cfuture_as_completed {
    struct gate gate;
    struct block *blocks; /* the newest first */
    size_t n, given;
    struct gate_item *arrived; /* taken from the gate, not given yet */
    uintptr_t thread; /* that may block for all of them, in its loop; 0: not known of any */
    struct coil_loop *loop;
    uint32_t generation;
};

static void free_iteration(struct gate *gate)
{
    struct coil_cfuture_as_completed *self =
        container_of(gate, struct coil_cfuture_as_completed, gate);
    struct block *block = self->blocks, *older;

    for (; block != NULL; block = older) {
        older = block->older;
        mem_free(block);
    }
    mem_free(self);
}

static int make_room(struct coil_cfuture_as_completed *self, size_t capacity)
{
    struct block *block = capacity > MOST_ITEMS
                              ? NULL
                              : mem_alloc(sizeof(*block) + capacity * sizeof(block->items[0]));

    if (block == NULL)
        return -ENOMEM;
    *block = (struct block){.older = self->blocks, .capacity = capacity};
    self->blocks = block;
    return 0;
}

static void add(struct coil_cfuture_as_completed *self, struct coil_cfuture *future)
{
    struct gate_item *item = &self->blocks->items[self->blocks->used++];

    self->n++;
    coil__gate_watch(&self->gate, item, coil_cfuture_ref(future));
}

struct coil_cfuture_as_completed *
coil_cfuture_as_completed_open(struct coil_cfuture *const *futures, size_t n)
{
    struct coil_cfuture_as_completed *self = mem_zalloc(sizeof(*self));

    if (self == NULL)
        return NULL;
    coil__gate_init(&self->gate, free_iteration);
    self->generation = coil__fork_generation;
    if (n > 0 && make_room(self, n) != 0) {
        coil__gate_close(&self->gate);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        add(self, futures[i]);
    return self;
}

static bool known_here(const struct coil_cfuture_as_completed *self)
{
    return self->thread == mach_thread_id() && self->loop == coil__loop_running;
}

int coil_cfuture_as_completed_add(struct coil_cfuture_as_completed *self,
                                  struct coil_cfuture *future)
{
    const struct block *block = self->blocks;

    if (block == NULL || block->used == block->capacity) {
        int err = make_room(self, block == NULL ? 8 : 2 * block->capacity);

        if (err != 0)
            return err;
    }
    if (!known_here(self) || may_block(future) != 0)
        self->thread = 0;
    add(self, future);
    return 0;
}

/* Asked once per thread and loop, not at each of a million. */
static int may_block_for_rest(struct coil_cfuture_as_completed *self)
{
    int err = 0;

    if (coil__gate_suspends() || known_here(self))
        return 0;
    for (const struct block *block = self->blocks; block != NULL; block = block->older)
        for (size_t i = 0; i < block->used && err == 0; i++)
            err = may_block(block->items[i].future);
    if (err == 0) {
        self->thread = mach_thread_id();
        self->loop = coil__loop_running;
    }
    return err;
}

/* In the child of a fork those that were not done are, as soon as somebody asks. */
static void end_those_of_parent(struct coil_cfuture_as_completed *self)
{
    if (self->generation == coil__fork_generation)
        return;
    self->generation = coil__fork_generation;
    for (const struct block *block = self->blocks; block != NULL; block = block->older)
        for (size_t i = 0; i < block->used; i++)
            coil_cfuture_done(block->items[i].future);
}

static coil_async int wait_for_one(struct coil_cfuture_as_completed *self, int64_t timeout_ns)
{
    uint32_t seen = coil__mach_interrupts();
    int64_t deadline = coil__gate_deadline(timeout_ns);
    int err = may_block_for_rest(self);

    while (err == 0 && (self->arrived = coil__gate_take(&self->gate)) == NULL)
        err = coil__gate_wait(&self->gate, deadline, seen);
    return err;
}

coil_async struct coil_result coil_cfuture_as_completed_next(struct coil_cfuture_as_completed *self,
                                                             int64_t timeout_ns)
{
    struct gate_item *item;
    int err;

    if (self->given == self->n)
        return coil_error(-COIL_EENDED);
    end_those_of_parent(self);
    if (self->arrived == NULL)
        self->arrived = coil__gate_take(&self->gate);
    if (self->arrived == NULL) {
        err = wait_for_one(self, timeout_ns);
        if (err != 0)
            return coil_error(err);
    }
    item = self->arrived;
    self->arrived = gate_next(item);
    self->given++;
    return coil_value(item->future);
}

void coil_cfuture_as_completed_close(struct coil_cfuture_as_completed *self)
{
    struct block *block;

    if (self == NULL)
        return;
    word_add(&self->gate.refs, 1);
    coil__gate_close(&self->gate); /* before the futures go: one that is abandoned comes here */
    for (block = self->blocks; block != NULL; block = block->older)
        for (size_t i = 0; i < block->used; i++)
            coil_cfuture_unref(block->items[i].future);
    coil__gate_unref(&self->gate, 1);
}
