/* The machine's clock. Only drivers read it and sleep by it; everything above asks its driver. */
#ifndef COIL_MACH_CLOCK_H
#define COIL_MACH_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in nanoseconds; it cannot fail. */
static inline int64_t mach_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The thread sleeps, less than a second; a signal ends it. */
static inline void mach_sleep(int64_t ns)
{
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

#endif
