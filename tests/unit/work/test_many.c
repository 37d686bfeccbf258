/* Waiting for several concurrent futures: coil_cfuture_wait_many and as_completed. */
#include "base/fault.h"
#include "jobs.h"

enum { MANY = 5 };

static struct coil_cfuture *futures[MANY];

static void make_futures(void)
{
    for (int i = 0; i < MANY; i++)
        futures[i] = coil_cfuture_new();
}

static void drop_futures(void)
{
    for (int i = 0; i < MANY; i++)
        coil_cfuture_unref(futures[i]);
}

static void settle(int i, int64_t status)
{
    CHECK_EQ(coil_cfuture_set_result(futures[i], coil_number(status), NULL), 0);
}

/* ---- wait, what needs no waiting ---- */

TEST(wait_for_none_is_over_at_once)
{
    CHECK_EQ(coil_cfuture_wait_many(NULL, 0, COIL_FOREVER, COIL_ALL_COMPLETED), 0);
    CHECK_EQ(coil_cfuture_wait_many(NULL, 0, COIL_FOREVER, COIL_FIRST_COMPLETED), 0);
}

TEST(wait_tells_how_many_are_done_when_its_time_is_over)
{
    make_futures();
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, 0, COIL_ALL_COMPLETED), 0);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, COIL_MS(1), COIL_FIRST_COMPLETED), 0);
    settle(1, 0);
    settle(3, -EIO);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, -1, COIL_ALL_COMPLETED), 2);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, COIL_MS(1), COIL_ALL_COMPLETED), 2);
    coil_cfuture_exception(futures[3]);
    drop_futures();
}

TEST(wait_for_the_first_is_over_when_one_is_done)
{
    make_futures();
    settle(4, 0);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, COIL_FOREVER, COIL_FIRST_COMPLETED), 1);
    drop_futures();
}

TEST(wait_for_an_exception_passes_over_values_and_cancellations)
{
    make_futures();
    settle(0, 7);
    coil_cfuture_cancel(futures[1]);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, COIL_MS(1), COIL_FIRST_EXCEPTION), 2);
    settle(2, -EIO);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, COIL_FOREVER, COIL_FIRST_EXCEPTION), 3);
    coil_cfuture_exception(futures[2]);
    drop_futures();
}

TEST(wait_leaves_a_failure_unseen)
{
    char *said;

    make_futures();
    for (int i = 0; i < MANY; i++)
        settle(i, -EIO);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, COIL_FOREVER, COIL_ALL_COMPLETED), MANY);
    for (int i = 1; i < MANY; i++)
        coil_cfuture_exception(futures[i]);
    errors_begin();
    drop_futures();
    said = errors_end();
    CHECK_HAS(said, "never looked at");
    CHECK_STR(strchr(said, '\n'), "\n"); /* of the one that nobody asked */
    free(said);
}

TEST(one_given_twice_counts_twice)
{
    struct coil_cfuture *twice[2];

    twice[0] = twice[1] = coil_cfuture_new();
    CHECK_EQ(coil_cfuture_wait_many(twice, 2, COIL_MS(1), COIL_ALL_COMPLETED), 0);
    CHECK_EQ(coil_cfuture_set_result(twice[0], coil_number(0), NULL), 0);
    CHECK_EQ(coil_cfuture_wait_many(twice, 2, COIL_FOREVER, COIL_ALL_COMPLETED), 2);
    coil_cfuture_unref(twice[0]);
}

/* ---- another thread settles them, in this order ---- */

static const int order[MANY] = {3, 0, 4, 1, 2};

static void *settle_in_order(void *last)
{
    for (int i = 0; i < MANY; i++) {
        usleep(500);
        settle(order[i], i);
        if (last != NULL && order[i] == *(const int *)last)
            break;
    }
    return NULL;
}

static pthread_t start_settling(const int *last)
{
    pthread_t thread;

    CHECK_EQ(pthread_create(&thread, NULL, settle_in_order, (void *)(uintptr_t)last), 0);
    return thread;
}

static void check_thread_waits(enum coil_wait_condition condition, int64_t least)
{
    pthread_t thread;

    make_futures();
    thread = start_settling(NULL);
    CHECK(coil_cfuture_wait_many(futures, MANY, LIMIT, condition) >= least); /* not in a task */
    CHECK(coil_cfuture_done(futures[order[0]]));
    CHECK_EQ(pthread_join(thread, NULL), 0);
    drop_futures();
}

TEST(thread_waits_for_some_or_all)
{
    check_thread_waits(COIL_FIRST_COMPLETED, 1);
    check_thread_waits(COIL_ALL_COMPLETED, MANY);
    check_thread_waits(COIL_FIRST_EXCEPTION, MANY);
}

static coil_async struct coil_result wait_in_task(void *condition)
{
    return coil_number(coil_cfuture_wait_many(futures, MANY, COIL_FOREVER,
                                              (enum coil_wait_condition)(intptr_t)condition));
}

DRIVER_TEST(task_waits_for_all)
{
    pthread_t thread;

    make_futures();
    thread = start_settling(NULL);
    CHECK_EQ(coil_run(wait_in_task, (void *)COIL_ALL_COMPLETED).status, MANY);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    drop_futures();
}

/* ---- as completed ---- */

static coil_async void check_order(struct coil_cfuture_as_completed *iteration)
{
    for (int i = 0; i < MANY; i++) {
        struct coil_result next = coil_cfuture_as_completed_next(iteration, COIL_FOREVER);

        CHECK_EQ(next.status, 0);
        CHECK_PTR(next.value, futures[order[i]]);
        CHECK_EQ(coil_cfuture_result(next.value, 0).status, i);
    }
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, -COIL_EENDED);
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, 0).status, -COIL_EENDED);
}

TEST(they_come_in_the_order_in_which_they_ended)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    settle_in_order(NULL);
    check_order(iteration);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

TEST(thread_hears_of_each_as_it_ends)
{
    struct coil_cfuture_as_completed *iteration;
    pthread_t thread;

    make_futures();
    thread = start_settling(NULL);
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    if (iteration == NULL)
        FAIL("no memory");
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, 0);
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, -COIL_EENDED);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

static coil_async struct coil_result iterate_in_task(void *iteration)
{
    pthread_t thread = start_settling(NULL);

    check_order(iteration);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    return coil_value(NULL);
}

DRIVER_TEST(task_hears_of_each_as_it_ends)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    CHECK_EQ(coil_run(iterate_in_task, iteration).status, 0);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

TEST(those_that_are_done_already_come_at_once)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    settle_in_order(NULL);
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    for (int i = 0; i < MANY; i++)
        CHECK_PTR(coil_cfuture_as_completed_next(iteration, 0).value, futures[i]);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

TEST(more_can_be_added_at_any_time)
{
    struct coil_cfuture_as_completed *iteration = coil_cfuture_as_completed_open(NULL, 0);
    struct coil_cfuture *future;

    CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, -COIL_EENDED);
    for (int i = 0; i < 100; i++) {
        future = coil_cfuture_new();
        CHECK_EQ(coil_cfuture_as_completed_add(iteration, future), 0);
        if (i == 0)
            CHECK_EQ(coil_cfuture_as_completed_next(iteration, COIL_US(1)).status, -ETIMEDOUT);
        CHECK_EQ(coil_cfuture_set_result(future, coil_number(i), NULL), 0);
        coil_cfuture_unref(future); /* the iteration has its own */
    }
    for (int i = 0; i < 100; i++) {
        future = coil_cfuture_as_completed_next(iteration, 0).value;
        CHECK_EQ(coil_cfuture_result(future, 0).status, i);
    }
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, 0).status, -COIL_EENDED);
    coil_cfuture_as_completed_close(iteration);
}

TEST(iteration_closed_early_leaves_the_others_alone)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    settle(2, 0);
    settle(1, 0);
    CHECK_PTR(coil_cfuture_as_completed_next(iteration, 0).value, futures[2]);
    coil_cfuture_as_completed_close(iteration);
    settle(0, 0); /* comes to what is closed */
    CHECK(!coil_cfuture_done(futures[3]));
    drop_futures(); /* two that never end */
    coil_cfuture_as_completed_close(NULL);
}

TEST(iteration_with_the_last_references_can_be_closed)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    drop_futures();
    coil_cfuture_as_completed_close(iteration);
}

/* ---- a task that stops waiting ---- */

static coil_async struct coil_result time_out_in_task(void *iteration)
{
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, COIL_MS(1)).status, -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, 0).status, -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, COIL_MS(1), COIL_FIRST_COMPLETED), 0);
    settle(1, 0);
    CHECK_PTR(coil_cfuture_as_completed_next(iteration, COIL_MS(1)).value, futures[1]);
    return coil_value(NULL);
}

DRIVER_TEST(task_waits_no_longer_than_it_says)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    CHECK_EQ(coil_run(time_out_in_task, iteration).status, 0);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

static coil_async struct coil_result next_for_ever(void *iteration)
{
    return coil_cfuture_as_completed_next(iteration, COIL_FOREVER);
}

static coil_async struct coil_result cancel_and_go_on(void *iteration)
{
    struct coil_future *task = coil_create_task(next_for_ever, iteration);

    CHECK_EQ(coil_yield(), 0);
    CHECK_EQ(coil_yield(), 0);
    CHECK(coil_future_cancel(task, "enough"));
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    coil_future_unref(task);
    settle(0, 0);
    CHECK_PTR(coil_cfuture_as_completed_next(iteration, 0).value, futures[0]);
    task = coil_create_task(next_for_ever, iteration); /* settled and cancelled in one turn */
    CHECK_EQ(coil_yield(), 0);
    CHECK_EQ(coil_yield(), 0);
    settle(1, 0);
    CHECK(coil_future_cancel(task, "enough"));
    CHECK_EQ(coil_await(task).status, -ECANCELED);
    coil_future_unref(task);
    CHECK_PTR(coil_cfuture_as_completed_next(iteration, 0).value, futures[1]);
    return coil_value(NULL);
}

DRIVER_TEST(cancelled_task_loses_nothing)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    CHECK_EQ(coil_run(cancel_and_go_on, iteration).status, 0);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

static coil_async struct coil_result stubborn(void *iteration)
{
    for (;;)
        coil_cfuture_as_completed_next(iteration, COIL_FOREVER);
    return coil_value(NULL);
}

static coil_async struct coil_result leave_it_behind(void *iteration)
{
    coil_future_unref(coil_create_task(stubborn, iteration));
    CHECK_EQ(coil_yield(), 0);
    return coil_error(coil_yield());
}

/* Its loop closes and destroys it as it sleeps: what it slept on must not be touched. */
static struct coil_cfuture_as_completed *iteration_of_a_destroyed_task(void)
{
    struct coil_cfuture_as_completed *iteration;
    struct coil_loop *loop;
    struct coil_future *task;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    task = coil_loop_create_task(loop, leave_it_behind, iteration);
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0); /* not in a task */
    coil_future_unref(task);
    errors_begin(); /* "Task was destroyed but it is pending!" */
    coil_loop_close(loop);
    free(errors_end());
    return iteration;
}

DRIVER_TEST(destroyed_task_is_not_woken)
{
    struct coil_cfuture_as_completed *iteration = iteration_of_a_destroyed_task();

    for (int i = 0; i < MANY; i++)
        settle(i, 0);
    CHECK_PTR(coil_cfuture_as_completed_next(iteration, 0).value, futures[0]);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

DRIVER_TEST(iteration_a_destroyed_task_waited_at_can_be_closed)
{
    coil_cfuture_as_completed_close(iteration_of_a_destroyed_task());
    drop_futures();
}

static coil_async struct coil_result wait_stubbornly(void *unused)
{
    (void)unused;
    while (coil_cfuture_wait_many(futures, MANY, COIL_FOREVER, COIL_ALL_COMPLETED) < 0)
        ;
    return coil_value(NULL);
}

static coil_async struct coil_result leave_a_wait_behind(void *unused)
{
    coil_future_unref(coil_create_task(wait_stubbornly, unused));
    CHECK_EQ(coil_yield(), 0);
    return coil_error(coil_yield());
}

/* That nothing is left of its wait the sanitizer sees. */
DRIVER_TEST(wait_of_a_destroyed_task_goes_with_it)
{
    struct coil_loop *loop;
    struct coil_future *task;

    make_futures();
    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    task = coil_loop_create_task(loop, leave_a_wait_behind, NULL);
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0); /* not in a task */
    coil_future_unref(task);
    errors_begin();
    coil_loop_close(loop);
    free(errors_end());
    for (int i = 0; i < MANY; i++)
        settle(i, 0);
    drop_futures();
}

/* ---- a thread that must not, or is told not to wait ---- */

static void wait_in_callback(void *future)
{
    struct coil_cfuture *both[2];
    struct coil_cfuture_as_completed *iteration;

    both[0] = coil_cfuture_new();
    both[1] = *(struct coil_cfuture **)future;
    /* not in a task */
    CHECK_EQ(coil_cfuture_wait_many(both, 2, LIMIT, COIL_FIRST_COMPLETED), -EDEADLK);
    iteration = coil_cfuture_as_completed_open(both, 2);
    /* not in a task */
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, -EDEADLK);
    coil_cfuture_as_completed_close(iteration);
    iteration = coil_cfuture_as_completed_open(both, 1);
    /* not in a task */
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, COIL_US(1)).status, -ETIMEDOUT);
    CHECK_EQ(coil_cfuture_as_completed_add(iteration, both[1]), 0);
    /* not in a task */
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, -EDEADLK);
    coil_cfuture_as_completed_close(iteration);
    coil_cfuture_unref(both[0]);
}

static coil_async struct coil_result call_back(void *future)
{
    struct coil_call call;

    coil_call_init(&call, wait_in_callback, future);
    coil_call_soon(coil_loop_current(), &call);
    return coil_error(coil_sleep(COIL_MS(1)));
}

TEST(callback_does_not_wait_for_its_own_loop)
{
    struct coil_thread *thread = open_thread();
    struct coil_cfuture *future = coil_submit(thread, wait_for_ever, NULL);

    CHECK_EQ(finish(coil_submit(thread, call_back, &future)), 0);
    coil_cfuture_cancel(future);
    CHECK_EQ(finish(future), -ECANCELED);
    coil_thread_close(thread);
}

TEST(interrupt_ends_a_threads_wait)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    interrupts_begin();
    CHECK_EQ(coil_cfuture_wait_many(futures, MANY, LIMIT, COIL_ALL_COMPLETED), -EINTR);
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, -EINTR);
    interrupts_end();
    settle(0, 0);
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, LIMIT).status, 0);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

/* ---- bad days ---- */

static coil_async void use_once(void)
{
    struct coil_cfuture_as_completed *iteration;
    struct coil_result next;
    int64_t done;

    done = coil_cfuture_wait_many(futures, MANY, COIL_US(1), COIL_FIRST_EXCEPTION);
    CHECK(done == 1 || done == -ENOMEM);
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    if (iteration == NULL)
        return;
    if (coil_cfuture_as_completed_add(iteration, futures[0]) == 0) {
        CHECK_PTR(coil_cfuture_as_completed_next(iteration, 0).value, futures[2]);
        next = coil_cfuture_as_completed_next(iteration, COIL_US(1));
        CHECK(next.status == -ETIMEDOUT || next.status == -ENOMEM);
    }
    coil_cfuture_as_completed_close(iteration);
}

static coil_async void fail_each_allocation(void)
{
    uint64_t k = 0, count;

    make_futures();
    settle(2, 0);
    do {
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        use_once();
        count = coil__fault_count(FAULT_ALLOC);
        coil__fault_arm(FAULT_ALLOC, 0, false);
    } while (k <= count);
    CHECK(k > 4);
    drop_futures();
}

TEST(every_allocation_may_fail)
{
    fail_each_allocation();
}

static coil_async struct coil_result fail_each_in_task(void *unused)
{
    (void)unused;
    fail_each_allocation();
    return coil_value(NULL);
}

DRIVER_TEST(every_allocation_may_fail_in_a_task)
{
    CHECK_EQ(coil_run(fail_each_in_task, NULL).status, 0);
}

static void *wait_too(void *iteration)
{
    coil_cfuture_as_completed_next(iteration, COIL_FOREVER); /* not in a task */
    return NULL;
}

FAIL_TEST(two_may_not_wait_for_the_next, "two wait for the next one")
{
    struct coil_cfuture_as_completed *iteration;
    pthread_t thread;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    CHECK_EQ(pthread_create(&thread, NULL, wait_too, iteration), 0);
    coil_cfuture_as_completed_next(iteration, COIL_FOREVER);
}

static coil_async struct coil_result iterate_in_child(void *iteration)
{
    for (int i = 0; i < MANY - 1; i++) {
        struct coil_result next = coil_cfuture_as_completed_next(iteration, COIL_FOREVER);

        if (next.status != 0 || coil_cfuture_result(next.value, 0).status != -COIL_EFORKED)
            return coil_number(1);
    }
    return coil_number(coil_cfuture_as_completed_next(iteration, 0).status != -COIL_EENDED);
}

static int iterate_here(void *iteration)
{
    return (int)iterate_in_child(iteration).status; /* not in a task */
}

static int iterate_in_a_task(void *iteration)
{
    return (int)coil_run(iterate_in_child, iteration).status;
}

static int wait_here(void *unused)
{
    (void)unused;
    /* not in a task */
    return coil_cfuture_wait_many(futures, MANY, COIL_FOREVER, COIL_ALL_COMPLETED) != MANY;
}

TEST(in_a_child_all_have_ended)
{
    struct coil_cfuture_as_completed *iteration;

    make_futures();
    iteration = coil_cfuture_as_completed_open(futures, MANY);
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, COIL_US(1)).status, -ETIMEDOUT);
    settle(1, 0);
    CHECK_PTR(coil_cfuture_as_completed_next(iteration, 0).value, futures[1]);
    in_child(wait_here, NULL);
    in_child(iterate_here, iteration);
    if (!UNDER_TSAN)
        in_child(iterate_in_a_task, iteration);
    CHECK_EQ(coil_cfuture_as_completed_next(iteration, 0).status, -ETIMEDOUT);
    coil_cfuture_as_completed_close(iteration);
    drop_futures();
}

/* ---- storms ---- */

enum { STORM = 64 };

static void *settle_storm(void *all)
{
    struct coil_cfuture **future = all;

    for (int i = 0; i < STORM; i += 2)
        coil_cfuture_set_result(future[i], coil_number(i), NULL);
    return NULL;
}

static void *cancel_storm(void *all)
{
    struct coil_cfuture **future = all;

    for (int i = 0; i < STORM; i++)
        coil_cfuture_cancel(future[i]);
    return NULL;
}

/* Two threads settle, this one takes them as they come, and stops after some. */
static void one_storm(int most)
{
    struct coil_cfuture *all[STORM];
    struct coil_cfuture_as_completed *iteration;
    pthread_t settles, cancels;

    for (int i = 0; i < STORM; i++)
        all[i] = coil_cfuture_new();
    iteration = coil_cfuture_as_completed_open(all, STORM);
    CHECK_EQ(pthread_create(&settles, NULL, settle_storm, all), 0);
    CHECK_EQ(pthread_create(&cancels, NULL, cancel_storm, all), 0);
    for (int i = 0; i < most; i++) {
        /* not in a task */
        struct coil_result next = coil_cfuture_as_completed_next(iteration, LIMIT);

        CHECK_EQ(next.status, 0);
        CHECK(coil_cfuture_done(next.value));
    }
    coil_cfuture_as_completed_close(iteration);
    /* not in a task */
    CHECK_EQ(coil_cfuture_wait_many(all, STORM, LIMIT, COIL_ALL_COMPLETED), STORM);
    pthread_join(settles, NULL);
    pthread_join(cancels, NULL);
    for (int i = 0; i < STORM; i++)
        coil_cfuture_unref(all[i]);
}

SLOW_TEST(results_and_cancellations_from_two_threads_arrive_once, 120)
{
    for (int i = 0; i < kit_effort(500); i++)
        one_storm(i % (STORM + 1));
}
