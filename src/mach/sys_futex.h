/* Waiting on several words at once; see sys.h for the rules. */
#ifndef COIL_MACH_SYS_FUTEX_H
#define COIL_MACH_SYS_FUTEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sys_futex {
    const uint32_t *word;
    uint32_t expected;
    bool shared; /* other processes may wake it */
};

/* Sleeps until one of n <= 4 is woken or not as expected. 0; -ETIMEDOUT; -EINTR; -ENOSYS before
 * Linux 5.16. */
int coil__sys_futex_wait_several(const struct sys_futex *words, unsigned n, int64_t deadline_ns);

#endif
