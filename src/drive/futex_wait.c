#include "drive/futex_wait.h"

#include <errno.h>

#include "drive/futex_threads.h"
#include "mach/clock.h"
#include "mach/sys.h"

#define SLICE_NS COIL_MS(250)

bool coil__futex_old_kernel;

/* In this order before one sleeps, and in the other before the sleeper is woken: one of the two
 * sees what the other did. */
static bool is_old(void)
{
    return __atomic_load_n(&coil__futex_old_kernel, __ATOMIC_SEQ_CST);
}

static bool is_stopped(const struct op *op)
{
    return __atomic_load_n(&op->futex.stop, __ATOMIC_SEQ_CST) != 0;
}

/* On the word, and on `stop`: what comes of that is exact. */
static int64_t sleep_on_both(struct op *op)
{
    const uint32_t *stop = &op->futex.stop;
    int result = coil__sys_futex_wait_shared_or(op->futex.word, op->futex.expected, stop);

    if (result == 1)
        return 0;
    if (result == -ENOSYS)
        __atomic_store_n(&coil__futex_old_kernel, true, __ATOMIC_SEQ_CST);
    if (is_stopped(op))
        return -ECANCELED;
    if (result == 0 || result == -ENOSYS)
        return -EINTR;
    return result;
}

/*
 * On the word alone. Whoever cancels wakes all who sleep on it, so a wake-up that this one took
 * from others they have all got; who came to sleep since then gets this one. A cancel that comes
 * just before the sleep is noticed after a slice of it.
 */
static int64_t sleep_on_word(struct op *op)
{
    int result = -EINTR;

    if (!is_stopped(op))
        result =
            coil__sys_futex_wait_shared(op->futex.word, op->futex.expected, mach_now() + SLICE_NS);
    if (!is_stopped(op))
        return result == -ETIMEDOUT ? -EINTR : result;
    if (result == 0)
        coil__sys_futex_wake_shared(op->futex.word, 1);
    return -ECANCELED;
}

static void sleep_in_thread(struct mach_work *work)
{
    struct op *op = container_of(work, struct op, lent.work);

    do
        op->result = is_old() ? sleep_on_word(op) : sleep_on_both(op);
    while (op->result == -EINTR);
    if (op->result == -EAGAIN)
        op->result = FUTEX_DIFFERS;
    coil__calls_send_back(op);
}

void coil__futex_submit(struct call_port *port, struct driver *driver, struct op *op)
{
    op->futex.stop = 0;
    if (coil__calls_lend_by(port, op, sleep_in_thread, coil__futex_thread_start) != 0)
        coil__drive_finish(driver, op, -ENOMEM);
}

void coil__futex_cancel(struct op *op)
{
    __atomic_store_n(&op->futex.stop, 1, __ATOMIC_SEQ_CST);
    coil__sys_futex_wake(&op->futex.stop, 1);
    if (is_old())
        coil__sys_futex_wake_shared(op->futex.word, INT32_MAX);
}
