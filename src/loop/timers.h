/*
 * Timers: exact to the nanosecond, O(1) to add and to remove, ties in order of insertion, nothing
 * allocated.
 *
 * A wheel of 4 levels x 256 slots stands in front of a short sorted list. Time is cut into granules
 * of 65.536 us; what is due in the current granule or before it is in `due`, sorted; what is due
 * later is in the slot named by the highest byte in which its granule differs from the current
 * one's. When the current granule enters a slot, its timers move to lower levels, so each one moves
 * at most 3 times (a million of them are a million cache misses each time, hence few and wide
 * levels), and one that is removed before, as most timeouts are, never.
 */
#ifndef COIL_LOOP_TIMERS_H
#define COIL_LOOP_TIMERS_H

#include "base/list.h"

#define TIMERS_GRANULE_BITS 16
#define TIMERS_LEVELS 4
#define TIMERS_SLOTS 256

struct timers {
    int64_t earliest; /* nothing is due before this: a lower bound */
    uint64_t base;    /* the current granule */
    struct coil_link due;
    struct coil_link far;                               /* beyond the wheel: 3.3 days */
    uint64_t pending[TIMERS_LEVELS][TIMERS_SLOTS / 64]; /* slots that may have timers */
    struct coil_link slot[TIMERS_LEVELS][TIMERS_SLOTS];
};

void coil__timers_init(struct timers *timers, int64_t now);

/* Adds a timer that is in no list, for timer->when_ns. */
void coil__timers_add(struct timers *timers, struct coil_timer *timer);

/* Removing is unlinking. */
static inline void timers_remove(struct coil_timer *timer)
{
    list_remove(&timer->handle.link);
}

/* Moves everything that is due at `now` to the end of `out`, in order. */
void coil__timers_expire(struct timers *timers, int64_t now, struct coil_link *out);

/* When to look again: never later than the first timer, and exact if that is near. COIL_FOREVER:
 * there is none. */
int64_t coil__timers_next(struct timers *timers);

#endif
