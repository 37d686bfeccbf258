/*
 * Sums of times, in nanoseconds.
 */
#ifndef COIL_BASE_TIME_H
#define COIL_BASE_TIME_H

#include <coil/result.h>

/* The time so much later than this one; COIL_FOREVER, where that is beyond all numbers. */
static inline int64_t time_after(int64_t time_ns, int64_t delay_ns)
{
    return delay_ns > COIL_FOREVER - time_ns ? COIL_FOREVER : time_ns + delay_ns;
}

#endif
