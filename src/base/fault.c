#include "base/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    uint64_t at;
    uint64_t count;
    bool sticky;
} faults[FAULT_KINDS];

int coil__fault_armed;

static uint64_t at_of(enum fault_kind kind)
{
    return __atomic_load_n(&faults[kind].at, __ATOMIC_RELAXED);
}

void coil__fault_arm(enum fault_kind kind, uint64_t k, bool sticky)
{
    bool armed;

    __atomic_store_n(&faults[kind].at, k, __ATOMIC_RELAXED);
    __atomic_store_n(&faults[kind].sticky, sticky, __ATOMIC_RELAXED);
    __atomic_store_n(&faults[kind].count, 0, __ATOMIC_RELAXED);
    armed = at_of(FAULT_ALLOC) != 0 || at_of(FAULT_SYS) != 0;
    __atomic_store_n(&coil__fault_armed, armed, __ATOMIC_RELAXED);
}

uint64_t coil__fault_count(enum fault_kind kind)
{
    return __atomic_load_n(&faults[kind].count, __ATOMIC_RELAXED);
}

bool coil__fault_slow(enum fault_kind kind)
{
    uint64_t at = at_of(kind), n;

    if (at == 0)
        return false;
    n = __atomic_add_fetch(&faults[kind].count, 1, __ATOMIC_RELAXED);
    return n == at || (__atomic_load_n(&faults[kind].sticky, __ATOMIC_RELAXED) && n > at);
}

static void print_counts(void)
{
    fprintf(stderr, "coil: %llu allocations, %llu system calls\n",
            (unsigned long long)coil__fault_count(FAULT_ALLOC),
            (unsigned long long)coil__fault_count(FAULT_SYS));
}

/* Armed for what never comes, so that they are counted. */
static void count_all(void)
{
    coil__fault_arm(FAULT_ALLOC, UINT64_MAX, false);
    coil__fault_arm(FAULT_SYS, UINT64_MAX, false);
    atexit(print_counts);
}

__attribute__((constructor)) static void arm_from_environment(void)
{
    const char *wish = getenv("COIL_FAULT");

    if (wish == NULL)
        return;
    if (strncmp(wish, "alloc:", 6) == 0)
        coil__fault_arm(FAULT_ALLOC, strtoull(wish + 6, NULL, 10), false);
    else if (strncmp(wish, "sys:", 4) == 0)
        coil__fault_arm(FAULT_SYS, strtoull(wish + 4, NULL, 10), false);
    else if (strcmp(wish, "count") == 0)
        count_all();
}
