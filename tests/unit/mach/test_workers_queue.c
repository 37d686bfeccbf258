/* A pool's queue, and what is taken from it at a time: nothing is lost, and the order is kept. */
#include "kit.h"
#include "mach/workers_own.h"

enum { N = 5 };

static struct mach_pool pool;
static struct worker worker;
static struct mach_work works[N];

static void push(struct mach_work *work)
{
    work->next = (struct mach_work *)word_load(&pool.inbox);
    word_store(&pool.inbox, (uintptr_t)work);
}

static void fill(void)
{
    coil__mach_pool_init(&pool);
    worker.pool = &pool;
    worker.at.value = RECALLED;
    list_append(&pool.workers, &worker.link);
    for (int i = 0; i < N; i++)
        push(&works[i]);
}

/* The list is these, each knows where it hangs, and one more would hang behind them. */
static void check_queue(const int *expected, unsigned n)
{
    struct mach_work **at = &pool.first;

    CHECK_EQ(pool.queued, n);
    for (unsigned i = 0; i < n; i++, at = &(*at)->next) {
        CHECK(*at == &works[expected[i]]);
        CHECK((*at)->at == at);
    }
    CHECK(*at == NULL);
    CHECK(pool.last == at);
}

TEST(what_came_in_stands_in_order_behind_what_was_there)
{
    static struct mach_work late;

    fill();
    coil__pool_drain(&pool, POOL_EMPTY);
    check_queue((int[]){0, 1, 2, 3, 4}, 5);
    push(&late);
    coil__pool_drain(&pool, POOL_EMPTY);
    CHECK(works[4].next == &late);
    CHECK(late.at == &works[4].next);
    coil__pool_take_out(&pool, &late);
    check_queue((int[]){0, 1, 2, 3, 4}, 5);
    coil__pool_drain(&pool, POOL_CLOSED);
    coil__pool_drain(&pool, POOL_EMPTY);
    CHECK_EQ(word_load(&pool.inbox), POOL_CLOSED);
}

TEST(any_can_be_taken_out)
{
    fill();
    coil__pool_drain(&pool, POOL_EMPTY);
    coil__pool_take_out(&pool, &works[2]);
    check_queue((int[]){0, 1, 3, 4}, 4);
    coil__pool_take_out(&pool, &works[4]);
    check_queue((int[]){0, 1, 3}, 3);
    coil__pool_take_out(&pool, &works[0]);
    check_queue((int[]){1, 3}, 2);
    CHECK(works[0].at == NULL);
}

TEST(a_batch_is_the_oldest_and_is_run_in_order)
{
    fill();
    CHECK_EQ(coil__pool_take_batch(&pool, &worker, 3), 3);
    CHECK(worker.batch[0] == &works[0]);
    check_queue((int[]){3, 4}, 2);
    CHECK(worker_next_of_batch(&worker) == &works[1]);
    CHECK(worker_next_of_batch(&worker) == &works[2]);
    CHECK(worker_next_of_batch(&worker) == NULL);
    CHECK(worker_next_of_batch(&worker) == NULL);
    CHECK_EQ(coil__pool_take_batch(&pool, &worker, BATCH), 2);
    CHECK(worker_next_of_batch(&worker) == &works[4]);
    CHECK_EQ(coil__pool_take_batch(&pool, &worker, BATCH), 0);
}

TEST(what_has_not_begun_is_recalled_in_front_of_the_others)
{
    fill();
    coil__pool_take_batch(&pool, &worker, 4);
    CHECK(worker_next_of_batch(&worker) == &works[1]);
    coil__pool_recall_all(&pool);
    CHECK(worker.work == &works[1]); /* that runs */
    check_queue((int[]){2, 3, 4}, 3);
    CHECK(worker_next_of_batch(&worker) == NULL);
    coil__pool_recall_all(&pool);
    CHECK(worker.work == &works[1]);
    check_queue((int[]){2, 3, 4}, 3);
}

TEST(the_last_of_a_batch_leaves_nothing_to_recall)
{
    fill();
    coil__pool_take_batch(&pool, &worker, N);
    for (int i = 1; i < N; i++)
        CHECK(worker_next_of_batch(&worker) == &works[i]);
    coil__worker_recall(&worker);
    CHECK(worker.work == &works[N - 1]);
    check_queue(NULL, 0);
    fill();
    coil__pool_take_batch(&pool, &worker, N);
    coil__worker_recall(&worker);
    CHECK(worker.work == &works[0]);
    check_queue((int[]){1, 2, 3, 4}, 4);
}
