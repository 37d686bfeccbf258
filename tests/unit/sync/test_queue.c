/* Queues between tasks. */
#include <pthread.h>

#include "base/fault.h"
#include "unit/loop/inside.h"

static struct coil_queue queue;

static coil_async struct coil_result gets(void *arg)
{
    struct coil_result r = coil_queue_get(&queue);

    note("%s:%s", (char *)arg, r.status < 0 ? coil_strerror(r.status) : (char *)r.value);
    return r;
}

static coil_async struct coil_result puts_one(void *arg)
{
    int err = coil_queue_put(&queue, arg);

    note("put %s %d", (char *)arg, err);
    return coil_error(err);
}

LOOP_TEST(a_full_queue_lets_putters_wait_in_order)
{
    struct coil_future *a, *b;

    coil_queue_init(&queue, 1);
    CHECK(!coil_queue_full(&queue));
    CHECK_EQ(coil_queue_put(&queue, "1"), 0);
    CHECK(coil_queue_full(&queue));
    CHECK_EQ(coil_queue_put_nowait(&queue, "x"), -EAGAIN);
    a = coil_create_task(puts_one, "2");
    b = coil_create_task(puts_one, "3");
    coil_yield();
    CHECK_STR(noted(), "");
    CHECK_STR(coil_queue_get(&queue).value, "1");
    CHECK_STR(coil_queue_get(&queue).value, "2");
    CHECK_STR(coil_queue_get(&queue).value, "3");
    coil_join(a);
    coil_join(b);
    CHECK_STR(noted(), "put 2 0 put 3 0");
    CHECK_EQ(coil_queue_get_nowait(&queue).status, -EAGAIN);
    coil_queue_fini(&queue);
}

LOOP_TEST(an_empty_queue_lets_getters_wait_in_order)
{
    struct coil_future *a, *b;

    coil_queue_init(&queue, 0);
    a = coil_create_task(gets, "a");
    b = coil_create_task(gets, "b");
    coil_yield();
    CHECK_EQ(coil_queue_put_nowait(&queue, "1"), 0);
    CHECK_EQ(coil_queue_put_nowait(&queue, "2"), 0);
    CHECK(!coil_queue_full(&queue)); /* without limit never */
    coil_join(a);
    coil_join(b);
    CHECK_STR(noted(), "a:1 b:2");
    coil_queue_fini(&queue);
}

LOOP_TEST(a_getter_cancelled_as_it_was_woken_passes_the_item_on)
{
    struct coil_future *a, *b;

    coil_queue_init(&queue, 0);
    a = coil_create_task(gets, "a");
    b = coil_create_task(gets, "b");
    coil_yield();
    coil_queue_put_nowait(&queue, "1");
    coil_future_cancel(a, NULL);
    coil_join(a);
    coil_join(b);
    CHECK_STR(noted(), "a:ECANCELED: cancelled b:1");
    CHECK_EQ(coil_queue_size(&queue), 0);
    coil_queue_fini(&queue);
}

LOOP_TEST(a_putter_cancelled_as_it_was_woken_passes_the_place_on)
{
    struct coil_future *a, *b;

    coil_queue_init(&queue, 1);
    coil_queue_put(&queue, "1");
    a = coil_create_task(puts_one, "2");
    b = coil_create_task(puts_one, "3");
    coil_yield();
    coil_queue_get_nowait(&queue);
    coil_future_cancel(a, NULL);
    CHECK_EQ(coil_join(a).status, -ECANCELED);
    CHECK_EQ(coil_join(b).status, 0);
    CHECK_STR(coil_queue_get(&queue).value, "3");
    CHECK_EQ(coil_queue_size(&queue), 0);
    noted();
    coil_queue_fini(&queue);
}

LOOP_TEST(waiters_that_are_cancelled_leave_no_trace)
{
    struct coil_future *a;

    coil_queue_init(&queue, 0);
    a = coil_create_task(gets, "a");
    coil_yield();
    coil_future_cancel(a, NULL);
    coil_join(a);
    coil_queue_put_nowait(&queue, "1");
    CHECK_STR(coil_queue_get_nowait(&queue).value, "1");
    noted();
    coil_queue_fini(&queue);
}

static coil_async struct coil_result joins(void *arg)
{
    int err = coil_queue_join(&queue);

    note("%s %d", (char *)arg, err);
    return coil_error(err);
}

LOOP_TEST(join_waits_until_all_is_dealt_with)
{
    struct coil_future *task;

    coil_queue_init(&queue, 0);
    CHECK_EQ(coil_queue_join(&queue), 0); /* nothing was put in */
    coil_queue_put(&queue, "1");
    coil_queue_put(&queue, "2");
    task = coil_create_task(joins, "joined");
    coil_queue_get(&queue);
    coil_queue_get(&queue);
    CHECK_EQ(coil_queue_task_done(&queue), 0);
    let_run(3);
    CHECK_STR(noted(), "");
    CHECK_EQ(coil_queue_task_done(&queue), 0);
    coil_join(task);
    CHECK_STR(noted(), "joined 0");
    CHECK_EQ(coil_queue_task_done(&queue), -EINVAL);
    coil_queue_fini(&queue);
}

LOOP_TEST(shut_down_it_gives_what_is_in_and_then_refuses)
{
    coil_queue_init(&queue, 2);
    coil_queue_put(&queue, "1");
    coil_queue_shutdown(&queue, false, NULL);
    CHECK_EQ(coil_queue_put(&queue, "2"), -COIL_ESHUTDOWN);
    CHECK_EQ(coil_queue_put_nowait(&queue, "2"), -COIL_ESHUTDOWN);
    CHECK_STR(coil_queue_get(&queue).value, "1");
    CHECK_EQ(coil_queue_get(&queue).status, -COIL_ESHUTDOWN);
    CHECK_EQ(coil_queue_get_nowait(&queue).status, -COIL_ESHUTDOWN);
    coil_queue_fini(&queue);
}

LOOP_TEST(shut_down_immediately_it_drops_what_is_in_and_wakes_all_who_wait)
{
    struct coil_future *joiner, *putter;

    coil_queue_init(&queue, 2);
    coil_queue_put(&queue, "1");
    coil_queue_put(&queue, "2");
    putter = coil_create_task(puts_one, "3");
    joiner = coil_create_task(joins, "joined");
    coil_yield();
    coil_queue_shutdown(&queue, true, drop_counted);
    CHECK_EQ(drops, 2);
    CHECK_EQ(coil_join(putter).status, -COIL_ESHUTDOWN);
    CHECK_EQ(coil_join(joiner).status, 0);
    CHECK_EQ(coil_queue_size(&queue), 0);
    coil_queue_fini(&queue);
    coil_queue_init(&queue, 0);
    putter = coil_create_task(gets, "g");
    coil_yield();
    coil_queue_shutdown(&queue, true, NULL);
    CHECK_EQ(coil_join(putter).status, -COIL_ESHUTDOWN);
    noted();
    coil_queue_fini(&queue);
}

static int got[2000], storm_left;

static coil_async struct coil_result produces(void *arg)
{
    for (int i = 0; i < 100; i++) {
        int *item = &got[(intptr_t)arg * 100 + i], err;

        do
            err = coil_queue_put(&queue, item);
        while (err == -ECANCELED);
        CHECK_EQ(err, 0);
        if (i % 7 == 0)
            coil_sleep(COIL_US(100));
    }
    return coil_value(NULL);
}

static coil_async struct coil_result consumes(void *arg)
{
    struct coil_result r;

    (void)arg;
    while ((r = coil_queue_get(&queue)).status != -COIL_ESHUTDOWN) {
        if (r.status == -ECANCELED)
            continue;
        ++*(int *)r.value;
        storm_left--;
        coil_queue_task_done(&queue);
        if (storm_left % 5 == 0)
            coil_sleep(COIL_US(50));
    }
    return coil_value(NULL);
}

LOOP_TEST(a_storm_of_cancels_loses_and_doubles_no_item)
{
    struct coil_future *tasks[30];

    storm_left = 2000;
    coil_queue_init(&queue, 3);
    for (intptr_t i = 0; i < 30; i++)
        tasks[i] =
            i < 20 ? coil_create_task(produces, (void *)i) : coil_create_task(consumes, NULL);
    coil_yield();
    for (int i = 0; storm_left > 0; i++) {
        coil_future_cancel(tasks[(i * 17) % 30], NULL);
        if (i % 4 == 0)
            coil_sleep(COIL_US(30));
        else
            coil_yield();
    }
    CHECK_EQ(coil_queue_join(&queue), 0);
    coil_queue_shutdown(&queue, false, NULL);
    for (int i = 0; i < 30; i++)
        coil_join(tasks[i]);
    for (int i = 0; i < 2000; i++)
        CHECK_EQ(got[i], 1);
    coil_queue_fini(&queue);
}

LOOP_TEST(without_memory_a_put_says_so)
{
    coil_queue_init(&queue, 0);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_queue_put(&queue, "1"), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(coil_queue_size(&queue), 0);
    CHECK_EQ(coil_queue_join(&queue), 0); /* it does not count */
    coil_queue_fini(&queue);
}

static void *puts_from_a_thread(void *arg)
{
    coil_queue_put_nowait(&queue, arg);
    return NULL;
}

LOOP_FAIL_TEST(what_a_task_waits_for_put_in_by_a_thread_aborts,
               "a function of a queue was called from another thread than the loop's")
{
    pthread_t thread;

    coil_queue_init(&queue, 0);
    coil_create_task(gets, "a");
    coil_yield();
    pthread_create(&thread, NULL, puts_from_a_thread, "1");
    pthread_join(thread, NULL);
}

LOOP_FAIL_TEST(fini_with_tasks_in_line_aborts, "coil_queue_fini of a queue in which tasks wait")
{
    coil_queue_init(&queue, 0);
    coil_create_task(gets, "a");
    coil_yield();
    coil_queue_fini(&queue);
}
