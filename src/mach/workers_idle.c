/* Workers that have nothing to do: they look for a while, sleep, and guard the promises of those
 * that have. */
#include "mach/workers_own.h"

#include <errno.h>

#include "mach/clock.h"

#define GUARD_NS 200000 /* so often the guard looks */

/* ---- promises ---- */

void coil__worker_promise(struct worker *self)
{
    if (!self->promises)
        word_add(&self->pool->attending, 1);
    self->promises = true;
}

void coil__worker_break_promise(struct worker *self)
{
    if (self->promises)
        word_sub(&self->pool->attending, 1);
    self->promises = false;
}

static void set_guard(struct mach_pool *pool, struct worker *worker)
{
    pool->guard = worker;
    worker->seen = pool->taken;
}

void coil__pool_post_guard(struct mach_pool *pool)
{
    if (pool->guard != NULL || list_empty(&pool->idle))
        return;
    set_guard(pool, container_of(pool->idle.prev, struct worker, idle));
    coil__mach_futex_wake(&pool->guard->awake, 1); /* to sleep for a shorter time */
}

/* The guard's look. Nothing was taken since the last one: nobody is back soon, what they took is
 * for others, and there is nothing to guard any more. */
static void guard_promises(struct mach_pool *pool)
{
    struct worker *guard = pool->guard;

    if (guard->seen != pool->taken) {
        guard->seen = pool->taken;
        return;
    }
    pool->guard = NULL;
    pool->brisk = false;
    for (struct coil_link *at = pool->workers.next; at != &pool->workers; at = at->next)
        coil__worker_break_promise(container_of(at, struct worker, link));
    coil__pool_recall_all(pool);
}

static bool is_held_up(const struct worker *worker, int64_t now)
{
    return word_load(&worker->at) < worker->n && now - worker->since_ns > GUARD_NS;
}

void coil__pool_free_held_up(struct mach_pool *pool, int64_t now)
{
    if (now - pool->looked_ns < GUARD_NS)
        return;
    pool->looked_ns = now;
    for (struct coil_link *at = pool->workers.next; at != &pool->workers; at = at->next) {
        struct worker *worker = container_of(at, struct worker, link);

        if (is_held_up(worker, now)) {
            coil__worker_break_promise(worker);
            coil__worker_recall(worker);
        }
    }
}

/* ---- idle ---- */

static int sleep_for_a_while(struct worker *self, int64_t deadline)
{
    struct mach_pool *pool = self->pool;
    bool guards = pool->guard == self;
    int err;

    pthread_mutex_unlock(&pool->lock);
    err = coil__mach_futex_wait(&self->awake, 0, guards ? mach_now() + GUARD_NS : deadline);
    pthread_mutex_lock(&pool->lock);
    if (err != -ETIMEDOUT || !guards)
        return err;
    if (pool->guard == self && self->awake == 0)
        guard_promises(pool);
    return 0;
}

static void lie_down(struct worker *self)
{
    struct mach_pool *pool = self->pool;

    self->awake = 0;
    self->row = 0;
    list_prepend(&pool->idle, &self->idle);
    pool->idlers++;
    coil__pool_note_spare(pool);
    coil__worker_break_promise(self);
    if (pool->guard == NULL && word_load(&pool->attending) > 0)
        set_guard(pool, self);
}

/* Nobody called. */
static void get_up(struct worker *self)
{
    struct mach_pool *pool = self->pool;

    if (pool->guard == self)
        pool->guard = NULL;
    list_remove(&self->idle);
    pool->idlers--;
    coil__pool_note_spare(pool);
    coil__worker_promise(self);
}

static bool sleep_until_called(struct worker *self, bool surplus, int64_t now)
{
    struct mach_pool *pool = self->pool;
    int64_t deadline = now + pool->idle_ns;
    int err = 0;

    lie_down(self);
    do {
        /* Who submits from now on sees that nobody attends. */
        if (!surplus && word_load(&pool->attending) == 0 && pool_has_work(pool))
            break;
        err = sleep_for_a_while(self, deadline);
    } while (self->awake == 0 && (err != -ETIMEDOUT || pool->guard == self));
    if (self->awake != 0)
        return true;
    get_up(self);
    return err != -ETIMEDOUT;
}

/*
 * Each look at the inbox takes it away from who submits. So the longer it has been empty the rarer
 * are the looks; and where several works came at a time there will be more in a microsecond, and
 * one look for all of them.
 */
static bool look(const struct mach_pool *pool, int64_t now, int64_t until, bool many)
{
    int64_t began = now - (many ? 2000 : 0);
    uintptr_t mail = POOL_EMPTY;

    while (now < until && mail == POOL_EMPTY) {
        for (int64_t i = 0; i <= (now - began) / 512; i++)
            mach_relax();
        mail = word_load(&pool->inbox);
        now = mach_now();
    }
    return mail > POOL_CLOSED;
}

/* Attends all the while, so that nobody needs to wake it, and therefore releases nothing: that can
 * take long. One of them is enough; and nobody, where another one will be back in less time. */
static bool look_for_a_while(struct worker *self, int64_t now)
{
    struct mach_pool *pool = self->pool;
    int64_t until = spin_begin(&self->spin, now);
    bool came;

    if (word_load(&pool->attending) > 1)
        self->spin.looking = false;
    if (until == 0 || !self->spin.looking)
        return false;
    pthread_mutex_unlock(&pool->lock);
    came = look(pool, now, until, self->n > 1);
    pthread_mutex_lock(&pool->lock);
    return came;
}

bool coil__worker_idle(struct worker *self, bool surplus, int64_t *now_ns)
{
    int64_t began = *now_ns;
    bool stays = true;

    if (surplus || !look_for_a_while(self, began)) {
        coil__worker_release_aside(self); /* not when others count on it, or believe it asleep */
        surplus = pool_busy(self->pool) > self->pool->limit; /* another may have begun to wait */
        stays = !self->pool->closed && sleep_until_called(self, surplus, began);
    }
    *now_ns = mach_now();
    spin_end(&self->spin, *now_ns);
    self->row_ns += *now_ns - began; /* it is the works that shall be short */
    return stays;
}
