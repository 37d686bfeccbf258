/* coil_to_thread: functions that block, where they may. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/fault.h"
#include "unit/loop/inside.h"

static pthread_t loops_thread;
static struct word ran, worker_begun, release_worker, dropped_in_worker; /* workers' and ours */

static struct coil_result blocks(void *arg)
{
    word_add(&ran, 1);
    return coil_value(arg);
}

DRIVER_LOOP_TEST(the_value_comes_back)
{
    for (int i = 0; i < 20; i++)
        CHECK_STR(coil_to_thread(blocks, "v", drop_counted).value, "v");
    CHECK_EQ(word_load(&ran), 20);
    CHECK_EQ(drops, 0); /* it is the caller's */
}

static struct coil_result fails(void *arg)
{
    (void)arg;
    return coil_error(-ENOENT);
}

DRIVER_LOOP_TEST(an_error_is_told_and_nothing_is_dropped)
{
    CHECK_EQ(coil_to_thread(fails, NULL, drop_counted).status, -ENOENT);
    CHECK_EQ(drops, 0);
}

static struct coil_result is_elsewhere(void *arg)
{
    (void)arg;
    return coil_number(!pthread_equal(pthread_self(), loops_thread) && coil_loop_current() == NULL);
}

DRIVER_LOOP_TEST(it_runs_in_another_thread)
{
    if (strcmp(coil_loop_driver(coil_loop_current()), "sim") == 0)
        return; /* which runs it in place */
    loops_thread = pthread_self();
    CHECK_EQ(coil_to_thread(is_elsewhere, NULL, NULL).status, 1);
}

static struct coil_var shade = COIL_VAR("shade", "none");

static struct coil_result looks_at_context(void *arg)
{
    void *was = coil_var_get(&shade);

    (void)arg;
    coil_var_set(&shade, "changed there");
    return coil_value(was);
}

DRIVER_LOOP_TEST(it_sees_the_callers_context_and_changes_only_a_copy)
{
    coil_var_set(&shade, "red");
    CHECK_STR(coil_to_thread(looks_at_context, NULL, NULL).value, "red");
    CHECK_STR(coil_var_get(&shade), "red");
}

static struct coil_result waits_for_release(void *arg)
{
    word_store(&worker_begun, 1);
    while (word_load(&release_worker) == 0)
        usleep(200);
    return coil_value(arg);
}

static void drop_there(void *value)
{
    CHECK_STR(value, "v");
    word_add(&dropped_in_worker, 1);
}

static coil_async struct coil_result to_thread(void *arg)
{
    return coil_to_thread(waits_for_release, arg, drop_there);
}

static coil_async void cancel_one(int turns)
{
    struct coil_future *task = coil_create_task(to_thread, "v");

    word_store(&worker_begun, 0);
    word_store(&release_worker, 0);
    word_store(&dropped_in_worker, 0);
    let_run(turns);
    while (turns > 1 && word_load(&worker_begun) == 0)
        coil_sleep(COIL_MS(1));
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED); /* at once: it is not released yet */
    word_store(&release_worker, 1);
    for (int i = 0; turns > 1 && word_load(&dropped_in_worker) == 0 && i < 2000; i++)
        coil_sleep(COIL_MS(1));
    CHECK_EQ(word_load(&dropped_in_worker), turns > 1);
}

DRIVER_LOOP_TEST(cancelled_the_wait_ends_at_once_and_the_value_is_dropped_once)
{
    if (strcmp(coil_loop_driver(coil_loop_current()), "sim") == 0)
        return; /* its calls block the loop: nothing can be cancelled meanwhile */
    cancel_one(0);
    cancel_one(3);
    cancel_one(3);
}

static coil_async struct coil_result one_call(void *arg)
{
    return coil_to_thread(blocks, arg, drop_there);
}

DRIVER_LOOP_TEST(cancelled_at_any_turn_no_value_is_lost_or_dropped_twice)
{
    uintptr_t taken = 0;

    for (int turns = 0; turns < 30; turns++) {
        struct coil_future *task = coil_create_task(one_call, "v");

        let_run(turns);
        coil_future_cancel(task, NULL);
        taken += coil_join(task).status == 0;
    }
    coil_sleep(COIL_MS(100)); /* those that were left behind end, and what is too much would show */
    for (int i = 0; i < 2000 && word_load(&dropped_in_worker) + taken != word_load(&ran); i++)
        coil_sleep(COIL_MS(1));
    CHECK_EQ(word_load(&dropped_in_worker) + taken, word_load(&ran));
}

DRIVER_LOOP_TEST(without_memory_it_says_so)
{
    struct coil_result r;
    uint64_t k = 0;

    do {
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        r = coil_to_thread(blocks, "v", drop_counted);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(r.status == -ENOMEM || r.status == 0);
    } while (r.status != 0);
    CHECK_EQ(word_load(&ran), 1);
    CHECK(k >= 2);
    CHECK_EQ(drops, 0);
}

FAIL_TEST(outside_a_loop_it_aborts, "needs a running loop in this thread")
{
    coil_to_thread(blocks, NULL, NULL);
}
