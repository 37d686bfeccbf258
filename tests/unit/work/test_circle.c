/* Jobs on threads that wait for each other: one of them is refused, whoever comes last. */
#include "work/circle.h"

#include <coil/thread_pool.h>

#include "jobs.h"

enum { MOST = 8 };

static struct coil_cfuture *jobs[MOST];
static sem_t submitted;
static int members;

/* The job behind it, in the circle. */
static struct coil_result wait_for_next(void *index)
{
    struct coil_result result;

    await_post(&submitted);
    result = coil_cfuture_result(jobs[((intptr_t)index + 1) % members], COIL_FOREVER);
    if (result.status != -EDEADLK)
        return coil_number(result.status + 1);
    CHECK_HAS(coil_exception_text(coil_current_exception()), "by way of others");
    return coil_number(1);
}

static void let_all_go(void)
{
    for (int i = 0; i < members; i++)
        sem_post(&submitted);
}

static void close_a_circle(int n)
{
    struct coil_executor *pools[2] = {coil_thread_pool_open(NULL), coil_thread_pool_open(NULL)};
    int seen = 0;

    members = n;
    sem_init(&submitted, 0, 0);
    for (intptr_t i = 0; i < n; i++)
        jobs[i] = coil_executor_submit(pools[i % 2], wait_for_next, (void *)i);
    let_all_go();
    for (int i = 0; i < n; i++)
        seen |= 1 << coil_cfuture_result(jobs[i], COIL_SECONDS(60)).status;
    CHECK_EQ(seen, (1 << (n + 1)) - 2); /* refused, then each one more than whom it waited for */
    for (int i = 0; i < n; i++)
        coil_cfuture_unref(jobs[i]);
    coil_executor_close(pools[0]); /* not in a task */
    coil_executor_close(pools[1]); /* not in a task */
}

TEST(of_jobs_that_wait_for_each_other_one_is_refused)
{
    for (int n = 2; n <= MOST; n += 3)
        for (int again = 0; again < 20; again++)
            close_a_circle(n);
}

static struct coil_result wait_for_a_while(void *unused)
{
    (void)unused;
    await_post(&submitted);
    return coil_number(coil_cfuture_wait(jobs[1], COIL_MS(30)) == -ETIMEDOUT ? 7 : -EIO);
}

static struct coil_result wait_for_the_first(void *unused)
{
    (void)unused;
    await_post(&submitted);
    return coil_cfuture_result(jobs[0], COIL_FOREVER);
}

TEST(who_waits_for_a_time_holds_nobody_for_ever)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);

    members = 2;
    sem_init(&submitted, 0, 0);
    jobs[0] = coil_executor_submit(pool, wait_for_a_while, NULL);
    jobs[1] = coil_executor_submit(pool, wait_for_the_first, NULL);
    let_all_go();
    CHECK_EQ(coil_cfuture_result(jobs[1], COIL_SECONDS(60)).status, 7);
    CHECK_EQ(coil_cfuture_result(jobs[0], COIL_SECONDS(60)).status, 7);
    coil_cfuture_unref(jobs[0]);
    coil_cfuture_unref(jobs[1]);
    coil_executor_close(pool); /* not in a task */
}

/* ---- waits for several ---- */

static struct coil_cfuture *other; /* what comes from elsewhere; NULL: nothing does */

/* The neighbour's job, or the other. */
static size_t choices(intptr_t index, struct coil_cfuture *of[2])
{
    of[0] = jobs[(index + 1) % members];
    of[1] = other;
    return other != NULL ? 2 : 1;
}

enum { REFUSED = 99 };

static struct coil_result told(int64_t status)
{
    if (status == -EDEADLK)
        CHECK_HAS(coil_exception_text(coil_current_exception()), "by way of others");
    return coil_number(status == -EDEADLK ? REFUSED : status);
}

static struct coil_result wait_for_one(void *index)
{
    await_post(&submitted);
    return told(coil_cfuture_wait(jobs[((intptr_t)index + 1) % members], COIL_FOREVER));
}

static struct coil_result wait_for_all(void *index)
{
    struct coil_cfuture *of[2];
    size_t n;

    await_post(&submitted);
    n = choices((intptr_t)index, of);
    /* not in a task */
    return told(coil_cfuture_wait_many(of, n, COIL_FOREVER, COIL_ALL_COMPLETED));
}

static struct coil_result wait_for_any(void *index)
{
    struct coil_cfuture *of[2];
    size_t n;

    await_post(&submitted);
    n = choices((intptr_t)index, of);
    /* not in a task */
    return told(coil_cfuture_wait_many(of, n, COIL_FOREVER, COIL_FIRST_COMPLETED));
}

static struct coil_result iterate(void *index)
{
    struct coil_cfuture_as_completed *iteration;
    struct coil_cfuture *of[2];
    size_t n;
    int64_t status;

    await_post(&submitted);
    n = choices((intptr_t)index, of);
    iteration = coil_cfuture_as_completed_open(of, n);
    /* not in a task */
    status = coil_cfuture_as_completed_next(iteration, COIL_FOREVER).status;
    coil_cfuture_as_completed_close(iteration);
    return told(status);
}

static coil_coroutine_fn *const waits[] = {wait_for_one, wait_for_all, wait_for_any, iterate};
enum { WAITS = sizeof(waits) / sizeof(waits[0]) };

static void begin_two(struct coil_executor *pool, coil_coroutine_fn *first,
                      coil_coroutine_fn *second)
{
    members = 2;
    sem_init(&submitted, 0, 0);
    jobs[0] = coil_executor_submit(pool, first, (void *)0);
    jobs[1] = coil_executor_submit(pool, second, (void *)1);
    let_all_go();
}

static int64_t result_of(struct coil_cfuture *job)
{
    struct coil_result result = coil_cfuture_result(job, LIMIT);

    CHECK(result.status != -ETIMEDOUT);
    return result.status;
}

/* They look at each other to their end. */
static void end_two(int64_t results[2])
{
    for (int i = 0; i < 2; i++)
        results[i] = result_of(jobs[i]);
    for (int i = 0; i < 2; i++)
        coil_cfuture_unref(jobs[i]);
}

static int refused(const int64_t results[2])
{
    return (results[0] == REFUSED) + (results[1] == REFUSED);
}

TEST(who_waits_for_several_that_all_wait_for_it_is_refused)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);

    for (int i = 0; i < WAITS; i++)
        for (int k = 0; k < WAITS; k++) {
            int64_t results[2];

            begin_two(pool, waits[i], waits[k]);
            end_two(results);
            CHECK_EQ(refused(results), 1);
        }
    coil_executor_close(pool); /* not in a task */
}

/* As long as one of them may come, it is not known that nothing will. */
TEST(who_waits_for_another_one_too_waits_until_that_is_done)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);
    int64_t results[2];

    for (int i = 2; i <= 3; i++) {
        other = coil_cfuture_new();
        begin_two(pool, waits[i], wait_for_one);
        CHECK_EQ(coil_cfuture_wait(jobs[0], COIL_MS(20)), -ETIMEDOUT);
        CHECK_EQ(coil_cfuture_wait(jobs[1], 0), -ETIMEDOUT);
        CHECK_EQ(coil_cfuture_set_result(other, coil_number(0), NULL), 0);
        end_two(results);
        CHECK_EQ(results[0], i == 2 ? 1 : 0);
        CHECK_EQ(results[1], 0);
        coil_cfuture_unref(other);
    }
    coil_executor_close(pool); /* not in a task */
}

/* When only those are left that wait for it. */
TEST(who_waits_for_all_is_refused_when_the_others_are_done)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);
    int64_t results[2];

    other = coil_cfuture_new();
    begin_two(pool, wait_for_all, wait_for_one);
    CHECK_EQ(coil_cfuture_set_result(other, coil_number(0), NULL), 0);
    end_two(results);
    CHECK_EQ(refused(results), 1);
    coil_cfuture_unref(other);
    coil_executor_close(pool); /* not in a task */
}

static struct coil_result wait_for_mapper(void *item)
{
    (void)item;
    return coil_number(coil_cfuture_wait(jobs[0], COIL_FOREVER));
}

static struct coil_result give_item(void *item)
{
    return coil_number(*(const int *)item);
}

static struct coil_result map_circle(void *pool)
{
    static const int items[3] = {1, 2, 3};
    struct coil_result results[3];
    struct coil_map_options options = {.at_once = 3};

    await_post(&submitted);
    /* not in a task */
    CHECK_EQ(coil_executor_map_with(pool, give_item, items, 3, results, &options), 0);
    /* not in a task */
    CHECK_EQ(coil_executor_map_with(pool, wait_for_mapper, items, 3, results, &options), -EDEADLK);
    CHECK_HAS(coil_exception_text(coil_current_exception()), "by way of others");
    for (int i = 0; i < 3; i++)
        CHECK_EQ(results[i].status, -EDEADLK);
    return coil_number(7);
}

TEST(items_that_wait_for_who_maps_them_are_left)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);

    members = 1;
    sem_init(&submitted, 0, 0);
    jobs[0] = coil_executor_submit(pool, map_circle, pool);
    let_all_go();
    CHECK_EQ(result_of(jobs[0]), 7);
    coil_executor_close(pool);   /* not in a task */
    coil_cfuture_unref(jobs[0]); /* the items looked at it */
}

TEST(who_is_no_job_is_in_no_circle)
{
    struct coil_cfuture *future = coil_cfuture_new();
    struct circle_edge edge;

    CHECK_EQ(coil__circle_enter(&edge, future, COIL_FOREVER), 0);
    CHECK_PTR(edge.waiter, NULL);
    coil__circle_leave(&edge);
    coil_cfuture_unref(future);
}
