/* run_in_executor: futures of a loop for jobs elsewhere. */
#include <coil/thread_pool.h>

#include "base/fault.h"
#include "jobs.h"

static const struct coil_loop_options real = {.driver = "epoll"};

static int64_t run(coil_coroutine_fn *fn, void *arg)
{
    return coil_run_with(fn, arg, &real).status;
}

static int dropped;

static void count_drop(void *value)
{
    (void)value;
    __atomic_add_fetch(&dropped, 1, __ATOMIC_SEQ_CST);
}

static coil_async struct coil_result many_at_once(void *executor)
{
    struct coil_future *futures[100];

    for (intptr_t i = 0; i < 100; i++)
        futures[i] = coil_run_in_executor(executor, give_number, (void *)i);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(coil_join(futures[i]).status, i);
    CHECK_EQ(coil_join(coil_run_in_executor(executor, fail, NULL)).status, -EIO);
    CHECK_STR(coil_exception_text(coil_current_exception()), "the disk is on fire");
    return coil_number(0);
}

TEST(results_and_failures_come_back_from_any_executor)
{
    struct coil_executor *threads = coil_thread_pool_open(NULL);
    struct coil_executor *loops = coil_loop_pool_open(NULL);

    CHECK_EQ(run(many_at_once, NULL), 0);
    CHECK_EQ(run(many_at_once, threads), 0);
    CHECK_EQ(run(many_at_once, loops), 0);
    coil_executor_close(threads);
    coil_executor_close(loops);
}

static struct coil_result allocate(void *value)
{
    return coil_value(value);
}

static const struct coil_job_options drops = {.drop_result = count_drop, .drop_arg = count_drop};

static coil_async struct coil_result take_and_leave(void *executor)
{
    struct coil_future *future;

    CHECK_STR(coil_join(coil_run_in_executor_with(executor, allocate, "v", &drops)).value, "v");
    CHECK_EQ(dropped, 1); /* the argument: the value is ours */
    future = coil_run_in_executor_with(executor, allocate, "v", &drops);
    CHECK_STR(coil_await(future).value, "v");
    CHECK_EQ(dropped, 2);
    coil_future_unref(future);
    CHECK_EQ(dropped, 3);
    coil_future_unref(coil_run_in_executor_with(executor, allocate, "v", &drops));
    while (__atomic_load_n(&dropped, __ATOMIC_SEQ_CST) < 5)
        coil_sleep(COIL_MS(1));
    dropped = 0;
    return coil_number(0);
}

TEST(values_are_the_awaiters_or_dropped)
{
    struct coil_executor *loops = coil_loop_pool_open(NULL);

    CHECK_EQ(run(take_and_leave, NULL), 0);
    CHECK_EQ(run(take_and_leave, loops), 0);
    coil_executor_close(loops);
}

static sem_t begun, go_on;

static struct coil_result hold(void *value)
{
    sem_post(&begun);
    await_post(&go_on);
    return coil_value(value);
}

static coil_async struct coil_result cancel_both(void *executor)
{
    struct coil_future *running = coil_run_in_executor_with(executor, hold, "v", &drops), *queued;

    await_post(&begun);
    queued = coil_run_in_executor_with(executor, hold, "v", &drops);
    coil_future_cancel(queued, NULL);
    CHECK(coil_future_cancelled(queued));
    CHECK_EQ(dropped, 1); /* its argument */
    coil_future_cancel(running, "enough");
    CHECK(coil_future_cancelled(running));
    CHECK_STR(coil_exception_text(coil_future_exception(running)), "enough");
    CHECK_EQ(dropped, 1);
    coil_future_unref(running);
    coil_future_unref(queued);
    sem_post(&go_on);
    while (__atomic_load_n(&dropped, __ATOMIC_SEQ_CST) < 3) /* argument and value, when they come */
        coil_sleep(COIL_MS(1));
    return coil_number(0);
}

TEST(cancelled_it_is_done_at_once_and_what_comes_later_is_dropped)
{
    struct coil_thread_pool_options one = {.threads = 1};
    struct coil_executor *pool = coil_thread_pool_open(&one);

    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    CHECK_EQ(run(cancel_both, pool), 0);
    coil_executor_close(pool);
    CHECK_EQ(dropped, 3);
}

static coil_async struct coil_result leave_it(void *executor)
{
    coil_future_unref(coil_run_in_executor_with(executor, hold, "v", &drops));
    await_post(&begun);
    return coil_number(0);
}

TEST(a_loop_may_close_before_the_job_ends)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);

    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    CHECK_EQ(run(leave_it, pool), 0);
    sem_post(&go_on);
    await_number(&dropped, 2);
    coil_executor_close(pool);
}

static coil_async struct coil_result after_shutdown(void *executor)
{
    return coil_join(coil_run_in_executor_with(executor, allocate, "v", &drops));
}

TEST(after_shutdown_it_fails)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);

    coil_executor_shutdown(pool, NULL);
    CHECK_EQ(run(after_shutdown, pool), -COIL_ESTOPPED);
    CHECK_EQ(dropped, 1);
    coil_executor_close(pool);
}

static struct coil_result name_of_thread(void *name)
{
    pthread_getname_np(pthread_self(), name, 16);
    return coil_number(0);
}

static coil_async struct coil_result use_default(void *pool)
{
    char name[16] = "";

    CHECK_EQ(coil_loop_set_default_executor(coil_loop_current(), pool), 0);
    CHECK_EQ(coil_join(coil_run_in_executor(NULL, name_of_thread, name)).status, 0);
    CHECK_STR(name, "own");
    name[0] = '\0';
    CHECK_EQ(coil_to_thread(name_of_thread, name, NULL).status, 0);
    CHECK_STR(name, "own");
    CHECK_EQ(coil_loop_set_default_executor(coil_loop_current(), NULL), 0);
    CHECK_EQ(coil_to_thread(name_of_thread, name, NULL).status, 0);
    CHECK_STR(name, "coil-worker");
    return coil_number(0);
}

TEST(a_loop_can_have_another_default)
{
    struct coil_thread_pool_options options = {.name = "own"};
    struct coil_executor *pool = coil_thread_pool_open(&options);

    CHECK_EQ(run(use_default, pool), 0);
    coil_executor_close(pool);
}

static coil_async struct coil_result without_memory(void *executor)
{
    int64_t status;
    uint64_t k = 0;

    do {
        dropped = 0;
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        status = coil_join(coil_run_in_executor_with(executor, allocate, "v", &drops)).status;
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(status == -ENOMEM || status == 0);
        CHECK_EQ(dropped, 1); /* the argument, in any case */
    } while (status != 0);
    return coil_number((int64_t)k);
}

TEST(without_memory_it_fails_and_drops_the_argument)
{
    struct coil_executor *loops = coil_loop_pool_open(NULL);
    struct coil_executor *threads = coil_thread_pool_open(NULL);

    CHECK(run(without_memory, threads) >= 3);
    CHECK(run(without_memory, loops) >= 3);
    coil_executor_close(loops);
    coil_executor_close(threads);
}

FAIL_TEST(outside_a_loop_it_aborts, "coil_run_in_executor needs a running loop")
{
    coil_run_in_executor(NULL, give_number, NULL);
}
