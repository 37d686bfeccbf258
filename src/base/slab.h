/*
 * Small objects of one thread: freelists by size in steps of 16 bytes, carved from chunks. No
 * header per object, which is what lets a sleeping task fit in 200 bytes. Under a sanitizer every
 * object comes from malloc, so that misuse is seen.
 */
#ifndef COIL_BASE_SLAB_H
#define COIL_BASE_SLAB_H

#include "base/alloc.h"

#define SLAB_STEP 16
#define SLAB_LARGEST 512

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLAB_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
#define SLAB_MALLOC 1
#endif
#endif
#ifndef SLAB_MALLOC
#define SLAB_MALLOC 0
#endif

struct slab_chunk;

struct slab {
    void *free[SLAB_LARGEST / SLAB_STEP + 1]; /* by size class; the first word of each is the
                                                 next */
    char *at, *end;                           /* what is left of the newest chunk */
    struct slab_chunk *chunks;
};

void *coil__slab_get_slow(struct slab *slab, size_t size);
void coil__slab_fini(struct slab *slab);

/* Not zeroed. NULL when memory is out. */
static inline void *slab_get(struct slab *slab, size_t size)
{
    size_t class = (size + SLAB_STEP - 1) / SLAB_STEP;
    void *object;

    if (SLAB_MALLOC || unlikely(size > SLAB_LARGEST) || unlikely(coil__fault_armed) ||
        unlikely(slab->free[class] == NULL))
        return coil__slab_get_slow(slab, size);
    object = slab->free[class];
    slab->free[class] = *(void **)object;
    return object;
}

/* `size` as it was asked for. */
static inline void slab_put(struct slab *slab, void *object, size_t size)
{
    size_t class = (size + SLAB_STEP - 1) / SLAB_STEP;

    if (SLAB_MALLOC || unlikely(size > SLAB_LARGEST)) {
        mem_free(object);
        return;
    }
    *(void **)object = slab->free[class];
    slab->free[class] = object;
}

static inline char *slab_strdup(struct slab *slab, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = slab_get(slab, size);

    return copy != NULL ? memcpy(copy, text, size) : NULL;
}

static inline void slab_put_string(struct slab *slab, char *text)
{
    slab_put(slab, text, strlen(text) + 1);
}

#endif
