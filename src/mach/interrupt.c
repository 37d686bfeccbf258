#include "mach/interrupt.h"

#include <errno.h>

#include <coil/result.h>

#include "mach/clock.h"
#include "mach/sys.h"
#include "mach/sys_futex.h"
#include "mach/thread.h"

/* Where the kernel cannot wait on two words, how often to look at the other one. */
#define SLICE_NS COIL_MS(20)

static uint32_t interrupts;

uint32_t coil__mach_interrupts(void)
{
    return __atomic_load_n(&interrupts, __ATOMIC_SEQ_CST);
}

void coil__mach_interrupt(void)
{
    __atomic_add_fetch(&interrupts, 1, __ATOMIC_SEQ_CST);
    coil__mach_futex_wake(&interrupts, INT32_MAX);
}

static int wait_a_slice(const uint32_t *word, uint32_t expected, int64_t deadline_ns)
{
    int64_t soon = mach_now() + SLICE_NS;
    int err = coil__mach_futex_wait(word, expected, soon < deadline_ns ? soon : deadline_ns);

    return err == -ETIMEDOUT && soon < deadline_ns ? 0 : err;
}

int coil__mach_wait_interruptible(const uint32_t *word, uint32_t expected, uint32_t seen,
                                  int64_t deadline_ns)
{
    int err;

    if (coil__mach_interrupts() != seen)
        return -EINTR;
    err = coil__sys_futex_wait_either(word, expected, &interrupts, seen, deadline_ns);
    if (err == -ENOSYS)
        err = wait_a_slice(word, expected, deadline_ns);
    if (coil__mach_interrupts() != seen)
        return -EINTR;
    return err == -ETIMEDOUT ? err : 0; /* the caller looks at its word again */
}

int coil__mach_wait_interruptible_or(const uint32_t *word, uint32_t expected,
                                     const uint32_t *shared, uint32_t shared_expected,
                                     uint32_t seen, int64_t deadline_ns)
{
    const struct sys_futex words[] = {
        {word, expected, false}, {shared, shared_expected, true}, {&interrupts, seen, false}};
    int err;

    if (coil__mach_interrupts() != seen)
        return -EINTR;
    err = coil__sys_futex_wait_several(words, 3, deadline_ns);
    if (coil__mach_interrupts() != seen)
        return -EINTR;
    return err == -ETIMEDOUT || err == -ENOSYS ? err : 0;
}
