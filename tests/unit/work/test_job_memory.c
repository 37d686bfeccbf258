/* Memory for jobs: it comes again, in whatever threads, and not all of it is kept. */
#include "work/job_memory.h"

#include <malloc.h>
#include <string.h>

#include "base/slab.h"
#include "kit.h"
#include "mach/thread.h"

enum { MANY = 5000, STORE_MOST = 1024, SOME = 500 };

static void *blocks[MANY];

static void get_all(void *n)
{
    for (int i = 0; i < *(int *)n; i++) {
        blocks[i] = coil__job_memory_get();
        CHECK(blocks[i] != NULL);
        memset(blocks[i], i, JOB_BYTES);
    }
}

static void put_all(void *n)
{
    for (int i = 0; i < *(int *)n; i++)
        coil__job_memory_put(blocks[i]);
}

static void in_thread(void (*fn)(void *n), int n)
{
    struct mach_thread thread;

    CHECK_EQ(coil__mach_thread_start(&thread, fn, &n, "memory", 0), 0);
    coil__mach_thread_join(&thread);
}

TEST(a_block_begins_at_a_line_and_comes_again)
{
    void *first = coil__job_memory_get(), *second = coil__job_memory_get();

    CHECK(first != NULL && second != NULL && first != second);
    CHECK_EQ((uintptr_t)first % CACHE_LINE, 0);
    CHECK_EQ((uintptr_t)second % CACHE_LINE, 0);
    coil__job_memory_put(second);
    coil__job_memory_put(first);
    if (!SLAB_MALLOC)
        CHECK(coil__job_memory_get() == first);
    else
        first = coil__job_memory_get();
    coil__job_memory_put(first);
}

TEST(of_very_many_most_go_back_to_the_heap)
{
    int n = MANY;

    get_all(&n);
    put_all(&n);
    CHECK_EQ(coil__job_memory_stored(), SLAB_MALLOC ? 0 : STORE_MOST);
    get_all(&n);
    CHECK_EQ(coil__job_memory_stored(), 0);
    put_all(&n);
}

TEST(what_other_threads_give_back_comes_again)
{
    void *before[SOME];
    int n = SOME, known = 0;

    if (SLAB_MALLOC)
        SKIP("under a sanitizer all blocks come from the heap");
    get_all(&n);
    memcpy(before, blocks, sizeof(before));
    in_thread(put_all, n);
    CHECK(coil__job_memory_stored() > 0);
    get_all(&n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            known += blocks[i] == before[j];
    CHECK(known > 0);
    CHECK_EQ(coil__job_memory_stored(), 0);
    put_all(&n);
}

TEST(threads_that_end_keep_nothing)
{
    int n = 100; /* fewer than a thread keeps */

    for (int i = 0; i < 50; i++) {
        in_thread(get_all, n);
        in_thread(put_all, n);
    }
    CHECK_EQ(coil__job_memory_stored(), 0);
}

/* It takes a bundle from the store, and uses one block. */
TEST(a_thread_that_only_asks_and_ends_gives_the_rest_of_its_bundle_back)
{
    int n = SOME, one = 1;
    size_t stored, heap;

    if (SLAB_MALLOC)
        SKIP("under a sanitizer all blocks come from the heap");
    get_all(&n);
    in_thread(put_all, n);
    stored = coil__job_memory_stored();
    heap = mallinfo2().uordblks;
    in_thread(get_all, one);
    CHECK(coil__job_memory_stored() < stored);
    CHECK(mallinfo2().uordblks < heap || kit_under_valgrind()); /* which looks for leaks itself */
    put_all(&one);
}

TEST(without_memory_there_is_none)
{
    int n = 1;

    get_all(&n);
    put_all(&n);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK(coil__job_memory_get() == NULL);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    get_all(&n);
    put_all(&n);
}
