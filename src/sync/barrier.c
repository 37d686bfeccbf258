/* asyncio.Barrier, state by state. */
#include "sync/waiter.h"

enum barrier_state { FILLING, DRAINING, RESETTING, BROKEN };

void coil_barrier_init(struct coil_barrier *barrier, size_t parties)
{
    REQUIRE(parties > 0, "coil_barrier_init: a barrier needs at least one party");
    *barrier = (struct coil_barrier){.parties = parties, .state = FILLING};
}

/* The condition's lock is the barrier's own: found again here, so that a barrier may be moved while
 * nobody waits. */
static struct coil_condition *condition_of(struct coil_barrier *barrier)
{
    barrier->condition.lock = &barrier->condition.own_lock;
    return &barrier->condition;
}

static bool may_enter(void *arg)
{
    const struct coil_barrier *barrier = arg;

    return barrier->state != DRAINING && barrier->state != RESETTING;
}

static bool is_over(void *arg)
{
    const struct coil_barrier *barrier = arg;

    return barrier->state != FILLING;
}

static coil_async int wait_for_others(struct coil_barrier *barrier)
{
    int err = coil_condition_wait_for(&barrier->condition, is_over, barrier);

    if (err == 0 && (barrier->state == BROKEN || barrier->state == RESETTING))
        err = -COIL_EBROKEN;
    return err;
}

static void leave(struct coil_barrier *barrier)
{
    if (--barrier->count > 0)
        return;
    if (barrier->state == RESETTING || barrier->state == DRAINING)
        barrier->state = FILLING;
    coil_condition_notify_all(&barrier->condition);
}

/* With the lock held. */
static coil_async int64_t wait_locked(struct coil_barrier *barrier)
{
    int err = coil_condition_wait_for(&barrier->condition, may_enter, barrier);
    size_t index;

    if (err == 0 && barrier->state == BROKEN)
        err = -COIL_EBROKEN;
    if (err != 0)
        return err;
    index = barrier->count++;
    if (index + 1 == barrier->parties) {
        barrier->state = DRAINING;
        coil_condition_notify_all(&barrier->condition);
    } else {
        err = wait_for_others(barrier);
    }
    leave(barrier);
    return err != 0 ? err : (int64_t)index;
}

coil_async int64_t coil_barrier_wait(struct coil_barrier *barrier)
{
    struct coil_lock *lock = condition_of(barrier)->lock;
    int64_t index = coil_lock_acquire(lock);

    if (index != 0)
        return index;
    index = wait_locked(barrier);
    coil_lock_release(lock);
    return index;
}

static enum barrier_state reset_state(const struct coil_barrier *barrier)
{
    return barrier->count > 0 ? RESETTING : FILLING;
}

static enum barrier_state broken_state(const struct coil_barrier *barrier)
{
    (void)barrier;
    return BROKEN;
}

static coil_async int change(struct coil_barrier *barrier,
                             enum barrier_state (*next)(const struct coil_barrier *barrier))
{
    struct coil_lock *lock = condition_of(barrier)->lock;
    int err = coil_lock_acquire(lock);

    if (err != 0)
        return err;
    barrier->state = (int)next(barrier);
    coil_condition_notify_all(&barrier->condition);
    coil_lock_release(lock);
    return 0;
}

coil_async int coil_barrier_reset(struct coil_barrier *barrier)
{
    return change(barrier, reset_state);
}

coil_async int coil_barrier_abort(struct coil_barrier *barrier)
{
    return change(barrier, broken_state);
}

size_t coil_barrier_waiting(const struct coil_barrier *barrier)
{
    return barrier->state == FILLING ? barrier->count : 0;
}

bool coil_barrier_broken(const struct coil_barrier *barrier)
{
    return barrier->state == BROKEN;
}
