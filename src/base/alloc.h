/* Memory. The only place that allocates on the heap, so that the k-th allocation can be made to
 * fail. */
#ifndef COIL_BASE_ALLOC_H
#define COIL_BASE_ALLOC_H

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

static inline void *mem_alloc(size_t size)
{
    return fault(FAULT_ALLOC) ? NULL : malloc(size);
}

/* At a multiple of `alignment`, a power of two that divides the size. */
static inline void *mem_alloc_aligned(size_t alignment, size_t size)
{
    return fault(FAULT_ALLOC) ? NULL : aligned_alloc(alignment, size);
}

static inline void *mem_zalloc(size_t size)
{
    return fault(FAULT_ALLOC) ? NULL : calloc(1, size);
}

static inline void *mem_realloc(void *old, size_t size)
{
    return fault(FAULT_ALLOC) ? NULL : realloc(old, size);
}

static inline char *mem_strdup(const char *text)
{
    return fault(FAULT_ALLOC) ? NULL : strdup(text);
}

static inline void mem_free(void *memory)
{
    free(memory);
}

#endif
