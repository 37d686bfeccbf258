#include "work/job_memory.h"

#include <pthread.h>

#include "base/atomic.h"
#include "base/slab.h"

enum {
    BUNDLE = 64,       /* blocks that go to the store, or come from there, at a time */
    KEPT = 2 * BUNDLE, /* by a thread */
    STORED = 16        /* bundles */
};

struct block {
    struct block *next;   /* in the thread's list, or in the bundle */
    struct block *bundle; /* the next one in the store: in the first of each */
};

static __thread struct {
    struct block *first;
    unsigned count;
    bool watched; /* its thread's end will be noticed */
} kept;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *store;
static unsigned bundles; /* in the store; read without the lock, too */

static pthread_key_t key;
static bool has_key;

static void free_list(struct block *block)
{
    struct block *next;

    for (; block != NULL; block = next) {
        next = block->next;
        mem_free(block);
    }
}

/* ---- the store ---- */

static struct block *fetch_bundle(void)
{
    struct block *first;

    if (COUNTER_READ(bundles) == 0)
        return NULL;
    pthread_mutex_lock(&lock);
    first = store;
    if (first != NULL) {
        store = first->bundle;
        COUNTER_ADD(bundles, -1u);
    }
    pthread_mutex_unlock(&lock);
    return first;
}

static void bring_bundle(struct block *first)
{
    bool full;

    pthread_mutex_lock(&lock);
    full = bundles == STORED;
    if (!full) {
        first->bundle = store;
        store = first;
        COUNTER_ADD(bundles, 1u);
    }
    pthread_mutex_unlock(&lock);
    if (full)
        free_list(first);
}

size_t coil__job_memory_stored(void)
{
    return (size_t)COUNTER_READ(bundles) * BUNDLE;
}

/* ---- a thread's own ---- */

static void thread_ends(void *unused)
{
    (void)unused;
    free_list(kept.first);
    kept.first = NULL;
    kept.count = 0;
    kept.watched = false; /* if something is given back still, it is once more */
}

/* Half of what the thread has, the blocks that it used last, stays. */
static COLD void shed_bundle(void)
{
    struct block *last = kept.first, *first;

    for (int i = 1; i < BUNDLE; i++)
        last = last->next;
    first = last->next;
    last->next = NULL;
    kept.count = BUNDLE;
    bring_bundle(first);
}

static COLD bool watch_thread(void)
{
    kept.watched = has_key && pthread_setspecific(key, &kept) == 0;
    return kept.watched;
}

/* Who only asks, and ends, would take the rest of a bundle along: it is watched, too. */
static COLD void *get_slow(void)
{
    struct block *block;

    if (SLAB_MALLOC || coil__fault_armed || (!kept.watched && !watch_thread()) ||
        (block = fetch_bundle()) == NULL)
        return mem_alloc_aligned(CACHE_LINE, JOB_BYTES);
    kept.first = block->next;
    kept.count = BUNDLE - 1;
    return block;
}

void *coil__job_memory_get(void)
{
    struct block *block = kept.first;

    if (unlikely(block == NULL) || unlikely(coil__fault_armed))
        return get_slow();
    kept.first = block->next;
    kept.count--;
    return block;
}

void coil__job_memory_put(void *memory)
{
    struct block *block = memory;

    if (SLAB_MALLOC || (unlikely(!kept.watched) && !watch_thread())) {
        mem_free(memory);
        return;
    }
    block->next = kept.first;
    kept.first = block;
    if (unlikely(++kept.count == KEPT))
        shed_bundle();
}

/* ---- the process ---- */

/* In the child of a fork: another thread may have been at it. */
static void forget_store(void)
{
    pthread_mutex_init(&lock, NULL);
    store = NULL;
    bundles = 0;
}

__attribute__((constructor)) static void begin(void)
{
    has_key = pthread_key_create(&key, thread_ends) == 0;
    pthread_atfork(NULL, NULL, forget_store);
}
