#include "mach/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/fault.h"
#include "mach/stack_slab.h"
#include "mach/valgrind.h"

#include <kit.h>

static struct mach_stacks pool;

static void *get(unsigned cls)
{
    void *high = mach_stack_get(&pool, cls);

    if (high == NULL)
        FAIL("no stack: %s", coil__mach_stacks_why(&pool));
    return high;
}

/* Bytes of our memory that are resident. */
static size_t resident_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    size_t total = 0;
    size_t resident = 0;

    CHECK(file != NULL);
    CHECK_EQ(fscanf(file, "%zu %zu", &total, &resident), 2);
    fclose(file);
    return resident * 4096;
}

static size_t mappings(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    size_t lines = 0;
    int c;

    CHECK(file != NULL);
    while ((c = fgetc(file)) != EOF)
        lines += c == '\n';
    fclose(file);
    return lines;
}

TEST(classes_are_powers_of_two)
{
    CHECK_EQ(coil__mach_stack_class(0), MACH_STACK_DEFAULT);
    CHECK_EQ(mach_stack_bytes(MACH_STACK_DEFAULT), 65536);
    CHECK_EQ(mach_stack_bytes(coil__mach_stack_class(1)), 16384);
    CHECK_EQ(mach_stack_bytes(coil__mach_stack_class(65536)), 65536);
    CHECK_EQ(mach_stack_bytes(coil__mach_stack_class(65537)), 131072);
    CHECK_EQ(mach_stack_bytes(coil__mach_stack_class((size_t)8 << 20)), (size_t)8 << 20);
    CHECK_EQ(coil__mach_stack_class(((size_t)8 << 20) + 1), MACH_STACK_CLASSES);
    CHECK_EQ(coil__mach_stack_class(SIZE_MAX), MACH_STACK_CLASSES);
}

TEST(all_of_a_stack_can_be_written)
{
    coil__mach_stacks_init(&pool);
    for (unsigned cls = 0; cls < MACH_STACK_CLASSES; cls++) {
        char *high = get(cls);
        char *low = mach_stack_low(high, cls);

        CHECK_EQ((uintptr_t)high % 16, 0);
        CHECK((size_t)(high - low) <= mach_stack_bytes(cls));
        CHECK((size_t)(high - low) > mach_stack_bytes(cls) - 4096);
        memset(low, 0x5a, (size_t)(high - low));
        mach_stack_put(&pool, high, cls);
    }
    coil__mach_stacks_fini(&pool);
}

TEST(the_last_stack_returned_is_the_next_one_out)
{
    void *a;
    void *b;

    coil__mach_stacks_init(&pool);
    a = get(2);
    b = get(2);
    CHECK(a != b);
    mach_stack_put(&pool, a, 2);
    mach_stack_put(&pool, b, 2);
    CHECK_PTR(get(2), b);
    CHECK_PTR(get(2), a);
    coil__mach_stacks_fini(&pool);
}

/* To valgrind what is below the stack pointer is gone; somebody has left this one almost from its
 * top. */
TEST(all_of_a_stack_can_be_written_again_however_it_was_left)
{
    char *high, *low;

    coil__mach_stacks_init(&pool);
    high = get(2);
    low = mach_stack_low(high, 2);
    memset(low, 0x5a, (size_t)(high - low));
    valgrind_memory_is_gone(low, (size_t)(high - low) - 64);
    mach_stack_put(&pool, high, 2);
    CHECK_PTR(get(2), high);
    memset(low, 0x5a, (size_t)(high - low));
    coil__mach_stacks_fini(&pool);
}

TEST(too_big_a_stack_is_refused_with_a_sentence)
{
    coil__mach_stacks_init(&pool);
    CHECK_PTR(mach_stack_get(&pool, coil__mach_stack_class(SIZE_MAX)), NULL);
    CHECK_HAS(coil__mach_stacks_why(&pool), "8 MiB");
    coil__mach_stacks_fini(&pool);
}

TEST(stacks_do_not_overlap)
{
    enum { N = 3000 };
    static char *stacks[N];

    coil__mach_stacks_init(&pool);
    for (unsigned i = 0; i < N; i++) {
        stacks[i] = get(1);
        memset(stacks[i] - 64, (int)(i % 251), 64);
    }
    for (unsigned i = 0; i < N; i++)
        CHECK_EQ((unsigned char)stacks[i][-1], i % 251);
    coil__mach_stacks_fini(&pool);
}

TEST(use_is_told_in_pages)
{
    char *high;
    size_t used;

    coil__mach_stacks_init(&pool);
    high = get(4);
    high[-1] = 1;
    CHECK_EQ(coil__mach_stack_used(high, 4), 4096);
    high[-100000] = 1;
    used = coil__mach_stack_used(high, 4);
    CHECK(used >= 100000 && used < 100000 + 3 * 4096);
    coil__mach_stacks_fini(&pool);
}

TEST(a_hundred_thousand_stacks_take_few_mappings_and_a_page_each)
{
    enum { N = 100000 };
    size_t before_maps = mappings();
    size_t before_bytes;
    size_t bytes;

    coil__mach_stacks_init(&pool);
    mach_stack_put(&pool, get(2), 2);
    if (mappings() > before_maps + 8)
        SKIP("this kernel has no guards without mappings");
    before_bytes = resident_bytes();
    for (unsigned i = 0; i < N; i++)
        ((volatile char *)get(2))[-16] = 1;
    bytes = (resident_bytes() - before_bytes) / N;
    CHECK(mappings() < before_maps + 1000);
    CHECK(kit_slowness() > 1 || (bytes >= 4096 && bytes < 4096 + 200));
    coil__mach_stacks_fini(&pool);
}

/* Memory that is locked when it is mapped can have no kernel guards: the fallback meets the limit
 * of mappings. */
SLOW_TEST(without_kernel_guards_the_limit_is_named, 60)
{
    const size_t much = (size_t)64 << 30; /* of address space */
    void *locked;
    size_t n = 0;

    if (valgrind_runs())
        SKIP("valgrind has a limit of its own, and dies of it");
    if (mlockall(MCL_FUTURE | MCL_ONFAULT) != 0)
        SKIP("may not lock memory");
    locked = mmap(NULL, much, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (locked == MAP_FAILED)
        SKIP("may not lock much memory");
    munmap(locked, much);
    coil__mach_stacks_init(&pool);
    while (n < 200000 && mach_stack_get(&pool, 0) != NULL)
        n++;
    if (n == 200000)
        SKIP("the limit of mappings is very high, or locked memory has guards here");
    CHECK(n > 1000);
    CHECK_HAS(coil__mach_stacks_why(&pool), "vm.max_map_count");
    CHECK_PTR(mach_stack_get(&pool, 0), NULL);
    coil__mach_stacks_fini(&pool);
}

TEST(little_address_space_gives_smaller_slabs_then_a_sentence)
{
    struct rlimit limit = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
    size_t n = 0;

    if (kit_slowness() > 1)
        SKIP("sanitizers need all address space");
    coil__mach_stacks_init(&pool);
    limit.rlim_cur = (size_t)256 << 20;
    CHECK_EQ(setrlimit(RLIMIT_AS, &limit), 0);
    while (n < 100000 && mach_stack_get(&pool, 2) != NULL)
        n++;
    CHECK(n > 1000 && n < 4096);
    CHECK_HAS(coil__mach_stacks_why(&pool), "ulimit -v");
    coil__mach_stacks_fini(&pool);
}

TEST(trimming_spares_what_was_needed_since)
{
    enum { N = 200 };
    static void *stacks[N];

    coil__mach_stacks_init(&pool);
    for (unsigned i = 0; i < N; i++)
        stacks[i] = get(2);
    for (unsigned i = 0; i < N; i++)
        mach_stack_put(&pool, stacks[i], 2);
    CHECK_EQ(coil__mach_stacks_trim(&pool), 0); /* they were in use a moment ago */
    for (unsigned i = 0; i < 50; i++)
        stacks[i] = get(2);
    for (unsigned i = 0; i < 50; i++)
        mach_stack_put(&pool, stacks[i], 2);
    CHECK_EQ(coil__mach_stacks_trim(&pool), N - 50);
    CHECK_EQ(coil__mach_stacks_trim(&pool), 50);
    CHECK_EQ(coil__mach_stacks_trim(&pool), 0);
    coil__mach_stacks_fini(&pool);
}

TEST(trimming_gives_memory_back_and_the_stacks_serve_again)
{
    enum { N = 5000 };
    static char *stacks[N];
    size_t full;
    size_t trimmed = 0;

    coil__mach_stacks_init(&pool);
    for (unsigned i = 0; i < N; i++) {
        stacks[i] = get(2);
        memset(stacks[i] - 16384, 1, 16384);
    }
    full = resident_bytes();
    for (unsigned i = 0; i < N; i += 2) /* half of them: no slab is wholly unused */
        mach_stack_put(&pool, stacks[i], 2);
    coil__mach_stacks_trim(&pool);
    for (int calls = 0; calls < 10; calls++)
        trimmed += coil__mach_stacks_trim(&pool);
    CHECK_EQ(trimmed, N / 2);
    CHECK(kit_slowness() > 1 || resident_bytes() < full - (size_t)N / 2 * 16384 + (1 << 20));
    for (unsigned i = 0; i < N; i += 2) {
        stacks[i] = get(2);
        CHECK_EQ(stacks[i][-8192], 0);
        memset(stacks[i] - 64, 2, 64);
    }
    for (unsigned i = 0; i < N; i++)
        CHECK_EQ(stacks[i][-1], i % 2 ? 1 : 2);
    coil__mach_stacks_fini(&pool);
}

TEST(slabs_of_which_nothing_is_used_are_unmapped)
{
    enum { N = 3000 };
    static char *stacks[N];

    coil__mach_stacks_init(&pool);
    for (unsigned i = 0; i < N; i++)
        stacks[i] = get(2);
    CHECK(coil__slab_at((uintptr_t)stacks[N - 1] - 1) != NULL);
    for (unsigned i = 1; i < N; i++)
        mach_stack_put(&pool, stacks[i], 2);
    coil__mach_stacks_trim(&pool);
    while (coil__mach_stacks_trim(&pool) > 0)
        continue;
    CHECK(coil__slab_at((uintptr_t)stacks[N - 1] - 1) == NULL);
    CHECK(coil__slab_at((uintptr_t)stacks[0] - 1) != NULL);
    stacks[0][-1] = 1;
    for (unsigned i = 1; i < N; i++)
        memset((char *)get(2) - 64, 1, 64);
    coil__mach_stacks_fini(&pool);
}

/* Whatever fails, the pool hands out stacks or says why not. */
TEST(every_failure_leaves_a_pool_that_works)
{
    for (uint64_t k = 1; k < 40; k++) {
        enum fault_kind kind = k % 2 ? FAULT_SYS : FAULT_ALLOC;
        void *highs[100];
        unsigned n = 0;

        coil__mach_stacks_init(&pool);
        coil__fault_arm(kind, (k + 1) / 2, true);
        while (n < 100 && (highs[n] = mach_stack_get(&pool, 2)) != NULL)
            n++;
        CHECK(n == 100 || strlen(coil__mach_stacks_why(&pool)) > 10);
        coil__fault_arm(kind, 0, false);
        while (n < 100)
            highs[n++] = get(2);
        while (n > 0)
            mach_stack_put(&pool, highs[--n], 2);
        coil__mach_stacks_trim(&pool);
        coil__fault_arm(kind, (k + 1) / 2, true);
        coil__mach_stacks_trim(&pool);
        coil__fault_arm(kind, 0, false);
        for (n = 0; n < 100; n++)
            memset((char *)get(2) - 64, 1, 64);
        coil__mach_stacks_fini(&pool);
    }
}
