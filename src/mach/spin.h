/*
 * Looking again for a little while before going to sleep. Putting a thread to sleep and waking it
 * costs some microseconds, and tens of them where the processor is a virtual one that halts. Who is
 * mostly woken within that time is better off awake.
 *
 * Nobody looks for longer than a sleep costs, so the worst case is twice the price of the best; and
 * experience makes even that rare. Where waits are long, nobody looks at all. Where they are short
 * but looking does not help (who brings it needs this very processor), each look in vain makes the
 * next ones rarer, down to one wait in 1,024.
 *
 *     until = spin_begin(&spin, now);
 *     while (now < until && nothing_came()) now = ...
 *     if (nothing_came()) sleep();
 *     spin_end(&spin, now);
 */
#ifndef COIL_MACH_SPIN_H
#define COIL_MACH_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/time.h"
#include "mach/clock.h"

#define SPIN_NS 50000 /* the limit where nobody says otherwise */
/* A wait of that many limits may have been a short one, and a slow awakening. */
#define SPIN_NEAR 4
#define SPIN_IDLE 2 /* waits to sleep through where looking wins nothing */

struct mach_spin {
    int64_t limit_ns; /* of looking; <= 0: never */
    int64_t began_ns;
    bool near;            /* the last wait was short enough to try */
    bool looking;         /* since began_ns, at first */
    uint16_t penalty;     /* 0, 1, 3, 7 .. 1,023 */
    uint16_t sleeps_left; /* short waits to sleep through before the next try */
};

/* A wait begins. Returns until when to look before sleeping; 0: not at all. */
static inline int64_t spin_begin(struct mach_spin *spin, int64_t now_ns)
{
    spin->began_ns = now_ns;
    spin->looking = false;
    if (!spin->near || spin->limit_ns <= 0)
        return 0;
    if (spin->sleeps_left > 0) {
        spin->sleeps_left--;
        return 0;
    }
    spin->looking = true;
    return time_after(now_ns, spin->limit_ns);
}

/* The same where nobody can look: there is something else to do. It costs no try, and is none in
 * vain. */
static inline void spin_begin_asleep(struct mach_spin *spin, int64_t now_ns)
{
    spin->began_ns = now_ns;
    spin->looking = false;
}

/* The wait is over, whatever ended it. */
static inline void spin_end(struct mach_spin *spin, int64_t now_ns)
{
    int64_t took = now_ns - spin->began_ns;

    spin->near = took / SPIN_NEAR <= spin->limit_ns;
    if (!spin->looking)
        return;
    if (took <= spin->limit_ns)
        spin->penalty /= 2;
    else
        spin->sleeps_left = spin->penalty = (uint16_t)((spin->penalty * 2 | 1) & 1023);
}

/* Nobody waits for what we do meanwhile, as where many are served in turns: to be awake early wins
 * nothing, and what comes while we sleep comes at once. */
static inline void spin_idle(struct mach_spin *spin)
{
    if (spin->sleeps_left < SPIN_IDLE)
        spin->sleeps_left = SPIN_IDLE;
}

/* Between two looks, some tens of nanoseconds: leaves the word to who writes it, and the processor
 * to who shares it in hardware. */
static inline void mach_relax(void)
{
    for (int i = 0; i < 4; i++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        __asm__ volatile("isb");
#else
        __asm__ volatile("" ::: "memory");
#endif
    }
}

/*
 * Looks until `came` says so, which is the result, or it is time. Each look takes the word away
 * from who will write it: the longer they have been in vain the rarer they are.
 */
static inline bool spin_look(int64_t now_ns, int64_t until_ns, bool (*came)(const void *arg),
                             const void *arg)
{
    const int64_t began_ns = now_ns;

    while (now_ns < until_ns) {
        for (int64_t i = 0; i <= (now_ns - began_ns) / 256; i++)
            mach_relax();
        if (came(arg))
            return true;
        now_ns = mach_now();
    }
    return false;
}

#endif
