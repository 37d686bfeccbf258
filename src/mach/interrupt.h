/* Waiting on a word in a way that Ctrl-C can end: every wait of the library that blocks a thread
 * goes through here. */
#ifndef COIL_MACH_INTERRUPT_H
#define COIL_MACH_INTERRUPT_H

#include <stdint.h>

/*
 * As coil__mach_futex_wait, but also ends with -EINTR when there have been other than `seen`
 * interrupts.
 */
int coil__mach_wait_interruptible(const uint32_t *word, uint32_t expected, uint32_t seen,
                                  int64_t deadline_ns);

/* The same until another word, of memory shared with other processes, is not as expected. -ENOSYS
 * where the kernel cannot wait on several words. */
int coil__mach_wait_interruptible_or(const uint32_t *word, uint32_t expected,
                                     const uint32_t *shared, uint32_t shared_expected,
                                     uint32_t seen, int64_t deadline_ns);

/* How many interrupts there have been: take it before the wait begins. */
uint32_t coil__mach_interrupts(void);

/* One more, for all who wait. Any thread, and signal handlers. */
void coil__mach_interrupt(void);

#endif
