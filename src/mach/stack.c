#include "mach/stack.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "mach/stack_slab.h"
#include "mach/sys.h"
#include "mach/valgrind.h"

enum {
    FIRST_STACKS = 16,   /* in a pool's first slab; each further one has twice as many, */
    SLAB_SHIFT = 26,     /* up to so many bytes, */
    LEAST_STACKS = 4,    /* or stacks */
    TRIM_AT_ONCE = 1024, /* stacks of a class in one call */
    RANGES_AT_ONCE = 64,
    PAGES_AT_ONCE = 256,
};

bool coil__stacks_watched;
static size_t page_bytes = 4096;

__attribute__((constructor)) static void ask_where_we_are(void)
{
    page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    coil__stacks_watched = valgrind_runs();
}

void coil__mach_stacks_init(struct mach_stacks *pool)
{
    memset(pool, 0, sizeof(*pool));
    pool->why = "";
}

void coil__mach_stacks_fini(struct mach_stacks *pool)
{
    for (unsigned cls = 0; cls < MACH_STACK_CLASSES; cls++) {
        struct mach_slab *slab = pool->classes[cls].slabs;

        while (slab != NULL) {
            struct mach_slab *next = slab->next;

            coil__slab_close(slab);
            slab = next;
        }
    }
    coil__mach_stacks_init(pool);
}

const char *coil__mach_stacks_why(const struct mach_stacks *pool)
{
    return pool->why;
}

unsigned coil__mach_stack_class(size_t bytes)
{
    unsigned cls = 0;

    if (bytes == 0)
        return MACH_STACK_DEFAULT;
    if (bytes < page_bytes) /* guards begin where pages do */
        bytes = page_bytes;
    while (cls < MACH_STACK_CLASSES && mach_stack_bytes(cls) < bytes)
        cls++;
    return cls;
}

/* A stack whose memory was given back. */
static void *warm_up(struct mach_stack_list *list)
{
    struct mach_slab *slab = list->cold;
    unsigned at = 0;
    unsigned bit;

    while (slab->cold_bits[at] == 0)
        at++;
    bit = (unsigned)__builtin_ctzll(slab->cold_bits[at]);
    slab->cold_bits[at] &= slab->cold_bits[at] - 1;
    if (--slab->cold == 0)
        list->cold = slab->next_cold;
    return coil__slab_high(slab, at * 64 + bit);
}

void coil__stack_renew(void *high, unsigned cls)
{
    char *low = mach_stack_low(high, cls);

    valgrind_memory_is_new(low, (size_t)((char *)high - low));
}

static uint32_t next_slab_stacks(const struct mach_slab *newest, unsigned cls)
{
    uint32_t most = (uint32_t)(((size_t)1 << SLAB_SHIFT) / mach_stack_bytes(cls));
    uint32_t n = newest ? newest->count * 2 : FIRST_STACKS;

    if (most > SLAB_MOST)
        most = SLAB_MOST;
    if (most < LEAST_STACKS)
        most = LEAST_STACKS;
    return n < most ? n : most;
}

void *coil__stack_carve(struct mach_stacks *pool, unsigned cls)
{
    struct mach_stack_list *list = &pool->classes[cls];
    struct mach_slab *slab = list->slabs;

    if (cls >= MACH_STACK_CLASSES) {
        pool->why = "a stack has 8 MiB at most";
        return NULL;
    }
    if (list->cold != NULL)
        return warm_up(list);
    if (slab == NULL || slab->carved == slab->count) {
        slab = coil__slab_open(cls, next_slab_stacks(slab, cls), &pool->why);
        if (slab == NULL)
            return NULL;
        slab->next = list->slabs;
        list->slabs = slab;
    }
    return coil__slab_carve(slab, &pool->why);
}

size_t coil__mach_stack_used(const void *high, unsigned cls)
{
    size_t page = page_bytes;
    char *top = mach_stack_top(high);
    char *low = mach_stack_low(high, cls);
    unsigned char resident[PAGES_AT_ONCE];

    while (low < top) {
        size_t n = (size_t)(top - low) / page;

        if (n > PAGES_AT_ONCE)
            n = PAGES_AT_ONCE;
        if (coil__sys_mincore(low, n * page, resident) < 0)
            return 0;
        for (size_t i = 0; i < n; i++) {
            if (resident[i] & 1)
                return (size_t)(top - low) - i * page;
        }
        low += n * page;
    }
    return 0;
}

/* The slabs of a class, in the order of their addresses. */
struct slab_table {
    struct mach_slab **slabs;
    size_t count;
};

static int by_address(const void *a, const void *b)
{
    uintptr_t low_a = (*(struct mach_slab *const *)a)->low.value;
    uintptr_t low_b = (*(struct mach_slab *const *)b)->low.value;

    return (low_a > low_b) - (low_a < low_b);
}

static bool table_make(struct slab_table *table, const struct mach_stack_list *list)
{
    struct mach_slab *slab;
    size_t n = 0;

    for (slab = list->slabs; slab != NULL; slab = slab->next)
        n++;
    table->slabs = mem_alloc(n * sizeof(struct mach_slab *));
    table->count = n;
    if (table->slabs == NULL)
        return false;
    for (slab = list->slabs; slab != NULL; slab = slab->next)
        table->slabs[--n] = slab;
    qsort(table->slabs, table->count, sizeof(struct mach_slab *), by_address);
    return true;
}

static struct mach_slab *table_find(const struct slab_table *table, const void *high)
{
    size_t first = 0;
    size_t n = table->count;

    while (n > 1) { /* the last one that begins below */
        size_t half = n / 2;

        if (table->slabs[first + half]->low.value < (uintptr_t)high) {
            first += half;
            n -= half;
        } else {
            n = half;
        }
    }
    return table->slabs[first];
}

/* Takes the memory of these away, in one call if we may. */
static void drop_memory(const struct iovec *ranges, size_t n)
{
    int64_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += (int64_t)ranges[i].iov_len;
    if (coil__sys_process_madvise(ranges, n, MADV_DONTNEED) == total)
        return;
    for (size_t i = 0; i < n; i++)
        coil__sys_madvise(ranges[i].iov_base, ranges[i].iov_len, MADV_DONTNEED);
}

static void mark_cold(struct mach_stack_list *list, struct mach_slab *slab, const void *high)
{
    uint32_t i = coil__slab_index(slab, (const char *)high - 1);

    slab->cold_bits[i / 64] |= (uint64_t)1 << i % 64;
    if (slab->cold++ == 0) {
        slab->next_cold = list->cold;
        list->cold = slab;
    }
}

/* Takes n stacks off the list at *at and gives their memory back. */
static void cool_down(struct mach_stack_list *list, struct mach_stack_free **at, size_t n,
                      const struct slab_table *table, unsigned cls)
{
    struct iovec ranges[RANGES_AT_ONCE];
    size_t batch = 0;

    list->count -= (uint32_t)n;
    while (n-- > 0) {
        void *high = *at + 1;

        *at = (*at)->next;
        mark_cold(list, table_find(table, high), high);
        ranges[batch].iov_base = mach_stack_low(high, cls);
        ranges[batch].iov_len = mach_stack_bytes(cls);
        if (++batch == RANGES_AT_ONCE || n == 0) {
            drop_memory(ranges, batch);
            batch = 0;
        }
    }
}

/* Unmaps the slabs of which nothing is in use or pooled. */
static void close_cold_slabs(struct mach_stack_list *list)
{
    struct mach_slab **at = &list->slabs;
    struct mach_slab *slab;

    list->cold = NULL;
    while ((slab = *at) != NULL) {
        if (slab->cold == slab->carved) {
            *at = slab->next;
            coil__slab_close(slab);
            continue;
        }
        if (slab->cold > 0) {
            slab->next_cold = list->cold;
            list->cold = slab;
        }
        at = &slab->next;
    }
}

static size_t trim_class(struct mach_stack_list *list, unsigned cls)
{
    size_t n = list->spare < TRIM_AT_ONCE ? list->spare : TRIM_AT_ONCE;
    struct mach_stack_free **at = &list->free;
    struct slab_table table;

    if (n > 0 && !table_make(&table, list))
        return 0;
    if (n > 0) {
        for (uint32_t keep = list->count - list->spare; keep > 0; keep--)
            at = &(*at)->next;
        cool_down(list, at, n, &table, cls);
        mem_free(table.slabs);
        close_cold_slabs(list);
    }
    /* Those over the limit are still spare; else a new time of watching begins. */
    list->spare = n < list->spare ? list->spare - (uint32_t)n : list->count;
    return n;
}

size_t coil__mach_stacks_trim(struct mach_stacks *pool)
{
    size_t n = 0;

    for (unsigned cls = 0; cls < MACH_STACK_CLASSES; cls++)
        n += trim_class(&pool->classes[cls], cls);
    return n;
}
