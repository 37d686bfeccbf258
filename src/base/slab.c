#include "base/slab.h"

#define CHUNK_BYTES ((size_t)64 * 1024)

struct slab_chunk {
    struct slab_chunk *next;
    void *pad;
};

static bool add_chunk(struct slab *slab)
{
    struct slab_chunk *chunk = mem_alloc(CHUNK_BYTES);

    if (chunk == NULL)
        return false;
    chunk->next = slab->chunks;
    slab->chunks = chunk;
    slab->at = (char *)(chunk + 1);
    slab->end = (char *)chunk + CHUNK_BYTES;
    return true;
}

void *coil__slab_get_slow(struct slab *slab, size_t size)
{
    size_t class = (size + SLAB_STEP - 1) / SLAB_STEP;
    void *object;

    if (SLAB_MALLOC || size > SLAB_LARGEST)
        return mem_alloc(size);
    if (fault(FAULT_ALLOC))
        return NULL;
    object = slab->free[class];
    if (object != NULL) {
        slab->free[class] = *(void **)object;
        return object;
    }
    if ((size_t)(slab->end - slab->at) < class * SLAB_STEP && !add_chunk(slab))
        return NULL;
    object = slab->at;
    slab->at += class * SLAB_STEP;
    return object;
}

void coil__slab_fini(struct slab *slab)
{
    struct slab_chunk *next;

    for (struct slab_chunk *chunk = slab->chunks; chunk != NULL; chunk = next) {
        next = chunk->next;
        mem_free(chunk);
    }
    memset(slab, 0, sizeof(*slab));
}
