/*
 * Fault injection: makes the k-th allocation, or the k-th system call of mach/sys.c, fail. Always
 * compiled in; when not armed it costs one load. From a program: coil__fault_arm; from outside:
 * COIL_FAULT=alloc:17 or sys:17; COIL_FAULT=count says at the end on stderr how many there were.
 */
#ifndef COIL_BASE_FAULT_H
#define COIL_BASE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

enum fault_kind { FAULT_ALLOC, FAULT_SYS, FAULT_KINDS };

extern int coil__fault_armed;

/* Fails the k-th (from 1) of this kind from now on, and with `sticky` all after it; k == 0
 * disarms. */
void coil__fault_arm(enum fault_kind kind, uint64_t k, bool sticky);

/* How many of this kind there have been since it was armed. */
uint64_t coil__fault_count(enum fault_kind kind);

bool coil__fault_slow(enum fault_kind kind);

/* Whether this one has to fail. */
static inline __attribute__((always_inline)) bool fault(enum fault_kind kind)
{
    return unlikely(__atomic_load_n(&coil__fault_armed, __ATOMIC_RELAXED)) &&
           coil__fault_slow(kind);
}

#endif
