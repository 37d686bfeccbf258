#include "base/fault.h"

#include <stdlib.h>
#include <string.h>

static struct {
    uint64_t at;
    uint64_t count;
    bool sticky;
} faults[FAULT_KINDS];

int coil__fault_armed;

void coil__fault_arm(enum fault_kind kind, uint64_t k, bool sticky)
{
    faults[kind].at = k;
    faults[kind].sticky = sticky;
    __atomic_store_n(&faults[kind].count, 0, __ATOMIC_RELAXED);
    coil__fault_armed = faults[FAULT_ALLOC].at != 0 || faults[FAULT_SYS].at != 0;
}

uint64_t coil__fault_count(enum fault_kind kind)
{
    return __atomic_load_n(&faults[kind].count, __ATOMIC_RELAXED);
}

bool coil__fault_slow(enum fault_kind kind)
{
    uint64_t n;

    if (faults[kind].at == 0)
        return false;
    n = __atomic_add_fetch(&faults[kind].count, 1, __ATOMIC_RELAXED);
    return n == faults[kind].at || (faults[kind].sticky && n > faults[kind].at);
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
}
