/*
 * Large buffers of one size that nobody uses at the moment. The one given back last is taken next,
 * for it is still in the processor's cache: what many connections read one after the other goes
 * through the same memory. Under a sanitizer none is kept, so that a look into what was given back
 * is seen.
 */
#ifndef COIL_BASE_SPARES_H
#define COIL_BASE_SPARES_H

#include <stdbool.h>

#include "base/check.h"
#include "base/slab.h"

#define SPARE_ALIGNMENT 4096u   /* the kernel copies whole pages faster to where pages begin */
#define SPARE_DATA (128u << 10) /* what is read at once */
#define SPARE_BYTES (SPARE_DATA + SPARE_ALIGNMENT) /* and a zero behind it */
#define SPARES_MOST (SLAB_MALLOC ? 0u : 8u)
#define SPARES_MANY 8u /* out at once */

struct spare {
    struct spare *next;
};

struct spares {
    struct spare *first;
    unsigned count;
    unsigned out; /* with users */
};

/* So many are out that little data should do without. */
static inline bool spares_short(const struct spares *spares)
{
    return spares->out >= SPARES_MANY;
}

/* Not zeroed. NULL when memory is out. */
static inline void *spares_take(struct spares *spares)
{
    struct spare *spare = spares->first;

    if (likely(spare != NULL) && likely(!coil__fault_armed)) {
        spares->first = spare->next;
        spares->count--;
    } else {
        spare = mem_alloc_aligned(SPARE_ALIGNMENT, SPARE_BYTES);
    }
    if (likely(spare != NULL))
        spares->out++;
    return spare;
}

static inline void spares_give(struct spares *spares, void *memory)
{
    struct spare *spare = memory;

    spares->out--;
    if (unlikely(spares->count == SPARES_MOST)) {
        mem_free(memory);
        return;
    }
    spare->next = spares->first;
    spares->first = spare;
    spares->count++;
}

static inline void spares_fini(struct spares *spares)
{
    while (spares->first != NULL) {
        struct spare *spare = spares->first;

        spares->first = spare->next;
        mem_free(spare);
    }
    spares->count = 0;
}

#endif
