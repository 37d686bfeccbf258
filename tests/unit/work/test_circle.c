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

TEST(who_is_no_job_is_in_no_circle)
{
    struct coil_cfuture *future = coil_cfuture_new();
    struct circle_edge edge;

    CHECK_EQ(coil__circle_enter(&edge, future, COIL_FOREVER), 0);
    CHECK_PTR(edge.job, NULL);
    coil__circle_leave(&edge);
    coil_cfuture_unref(future);
}
