/* A loop: opened, run, stopped, closed; by its own thread, by others, inside itself. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "unit/loop/inside.h"

static struct coil_loop *loop;

static void stop_loop(void *arg)
{
    (void)arg;
    note("stop");
    coil_loop_stop(loop);
}

DRIVER_TEST(opened_it_has_a_driver_a_name_and_a_clock)
{
    struct coil_loop_options options = {.name = "mine"};
    int64_t now;

    CHECK_EQ(coil_loop_open(&options, &loop), 0);
    CHECK_STR(coil_loop_driver(loop), getenv("COIL_DRIVER"));
    CHECK_STR(coil_loop_name(loop), "mine");
    CHECK(!coil_loop_running(loop));
    now = coil_loop_time(loop);
    CHECK(coil_loop_time(loop) >= now);
    coil_loop_close(loop);
    CHECK_EQ(coil_loop_open(NULL, &loop), 0);
    CHECK_STR(coil_loop_name(loop), "loop");
    coil_loop_close(loop);
    coil_loop_close(NULL);
}

TEST(an_unknown_driver_is_refused)
{
    struct coil_loop_options options = {.driver = "steam"};
    struct coil_loop *none = NULL;

    CHECK_EQ(coil_loop_open(&options, &none), -ENOSYS);
    CHECK_PTR(none, NULL);
}

DRIVER_TEST(opening_fails_as_a_whole_whatever_is_missing)
{
    static const enum fault_kind kinds[] = {FAULT_ALLOC, FAULT_SYS};

    for (int i = 0; i < 2; i++) {
        int err = -1;

        for (uint64_t k = 1; k < 100; k++) {
            struct coil_loop *none = NULL;

            coil__fault_arm(kinds[i], k, false);
            err = coil_loop_open(NULL, &none);
            if (coil__fault_count(kinds[i]) < k)
                k = 100; /* none failed any more */
            coil__fault_arm(kinds[i], 0, false);
            CHECK_EQ(err == 0, none != NULL);
            coil_loop_close(none);
        }
        CHECK_EQ(err, 0);
    }
}

DRIVER_TEST(forever_ends_with_stop_after_the_turn)
{
    struct coil_call stop, after, next;

    loop = open_any();
    coil_call_init(&stop, stop_loop, NULL);
    coil_call_init(&after, note_arg, "same turn");
    coil_call_init(&next, note_arg, "next turn");
    coil_call_soon(loop, &stop);
    coil_call_soon(loop, &after);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK_STR(noted(), "stop same turn");
    coil_call_soon(loop, &next);
    coil_call_soon(loop, &stop);
    CHECK_EQ(coil_loop_run_forever(loop), 0); /* again, and again */
    CHECK_STR(noted(), "next turn stop");
    coil_loop_close(loop);
}

static struct coil_call made_by_stop;

static void stop_and_make(void *arg)
{
    stop_loop(arg);
    coil_call_soon(loop, &made_by_stop);
}

TEST(what_the_last_turn_makes_ready_waits_for_the_next_run)
{
    struct coil_call call;

    loop = open_sim();
    coil_call_init(&call, stop_and_make, NULL);
    coil_call_init(&made_by_stop, note_arg, "later");
    coil_call_soon(loop, &call);
    coil_loop_run_forever(loop);
    CHECK_STR(noted(), "stop");
    coil_loop_stop(loop); /* before the run: one turn */
    coil_loop_run_forever(loop);
    CHECK_STR(noted(), "later");
    coil_loop_close(loop);
}

static int world[2]; /* a pipe that nobody writes to */

static coil_async struct coil_result wait_for_the_world(void *arg)
{
    (void)arg;
    return coil_error(coil_poll(world[0], POLLIN));
}

static void *stop_from_thread(void *arg)
{
    while (!coil_loop_running(loop))
        usleep(100);
    usleep((useconds_t)(intptr_t)arg);
    coil_loop_stop(loop);
    return NULL;
}

/* A simulated loop without anything that may come would end by itself. */
static void stop_in_thread_after(intptr_t microseconds)
{
    struct coil_future *task;
    pthread_t thread;

    loop = open_any();
    CHECK_EQ(pipe(world), 0);
    task = coil_loop_create_task(loop, wait_for_the_world, NULL);
    pthread_create(&thread, NULL, stop_from_thread, (void *)microseconds);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    pthread_join(thread, NULL);
    coil_loop_close(loop);
    CHECK_EQ(coil_future_result(task).status, -ECANCELED);
    coil_future_unref(task);
    close(world[0]);
    close(world[1]);
}

DRIVER_TEST(another_thread_stops_a_loop_that_sleeps)
{
    for (int i = 0; i < 20; i++)
        stop_in_thread_after(i * 200);
}

static void nothing(void *arg)
{
    (void)arg;
}

TEST(a_simulated_loop_by_hand_ends_when_nothing_can_come)
{
    struct coil_call far;

    loop = open_sim();
    coil_call_init(&far, nothing, NULL);
    coil_call_later(loop, &far, COIL_SECONDS(1000));
    CHECK_EQ(coil_loop_run_forever(loop), -EDEADLK);
    CHECK(!coil_call_scheduled(&far)); /* its time came first */
    coil_loop_close(loop);
}

static void note_done_stop(void *arg)
{
    coil_future_set_result(arg, coil_number(7), NULL);
}

DRIVER_TEST(until_complete_gives_the_result)
{
    struct coil_call call;
    struct coil_future *f;

    loop = open_any();
    f = coil_loop_create_future(loop);
    coil_call_init(&call, note_done_stop, f);
    coil_call_later(loop, &call, COIL_US(300));
    CHECK_EQ(coil_loop_run_until_complete(loop, f).status, 7);
    CHECK_EQ(coil_loop_run_until_complete(loop, f).status, 7); /* done already: one turn */
    coil_future_unref(f);
    coil_loop_close(loop);
}

TEST(stopped_first_it_is_stopped_and_can_go_on)
{
    struct coil_call stop, call;
    struct coil_future *f;

    loop = open_sim();
    f = coil_loop_create_future(loop);
    coil_call_init(&stop, stop_loop, NULL);
    coil_call_later(loop, &stop, COIL_MS(1));
    coil_call_init(&call, note_done_stop, f);
    coil_call_later(loop, &call, COIL_MS(2));
    CHECK_EQ(coil_loop_run_until_complete(loop, f).status, -COIL_ESTOPPED);
    CHECK(!coil_future_done(f));
    CHECK_EQ(coil_loop_run_until_complete(loop, f).status, 7);
    coil_future_unref(f);
    coil_loop_close(loop);
}

static coil_async struct coil_result awaits_by_run(void *future)
{
    return coil_loop_run_until_complete(coil_loop_current(), future);
}

LOOP_TEST(in_a_coroutine_until_complete_is_await)
{
    struct coil_future *f = coil_create_future(), *task = coil_create_task(awaits_by_run, f);

    let_run(3);
    CHECK(!coil_future_done(task)); /* it waits, and we run */
    coil_future_set_result(f, coil_number(4), NULL);
    CHECK_EQ(coil_await(task).status, 4);
    coil_future_unref(task);
    coil_future_unref(f);
}

static void run_again(void *arg)
{
    struct coil_loop *other;

    (void)arg;
    CHECK_EQ(coil_loop_run_forever(loop), -EBUSY);
    other = open_sim();
    CHECK_EQ(coil_loop_run_forever(other), -EBUSY); /* one loop a thread */
    CHECK_EQ(coil_run(awaits_by_run, NULL).status, -EBUSY);
    coil_loop_close(other);
    CHECK_PTR(coil_loop_current(), loop);
    CHECK(coil_loop_running(loop));
    stop_loop(NULL);
}

TEST(running_what_runs_is_refused)
{
    struct coil_call call;

    loop = open_sim();
    CHECK_PTR(coil_loop_current(), NULL);
    coil_call_init(&call, run_again, NULL);
    coil_call_soon(loop, &call);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK_PTR(coil_loop_current(), NULL);
    coil_loop_close(loop);
}

FAIL_TEST(until_complete_of_a_foreign_future_aborts, "the future belongs to another loop")
{
    struct coil_loop *other = open_sim();

    loop = open_sim();
    coil_loop_run_until_complete(loop, coil_loop_create_future(other));
}

LOOP_FAIL_TEST(closing_a_running_loop_aborts, "coil_loop_close of a loop that runs")
{
    coil_loop_close(coil_loop_current());
}

static void *run_once(void *arg)
{
    coil_loop_stop(arg);
    coil_loop_run_forever(arg);
    return NULL;
}

FAIL_TEST(a_loop_belongs_to_the_thread_that_ran_it_first,
          "a loop is run by another thread than before")
{
    struct coil_call stop;
    pthread_t thread;

    loop = open_sim();
    coil_call_init(&stop, stop_loop, NULL);
    coil_call_soon(loop, &stop);
    coil_loop_run_forever(loop);
    pthread_create(&thread, NULL, run_once, loop);
    pthread_join(thread, NULL);
}

TEST(a_loop_of_the_parent_is_not_run_in_a_child)
{
    int status;
    pid_t child;

    loop = open_any();
    child = fork();
    if (child == 0) {
        coil_loop_run_forever(loop); /* aborts */
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == 6);
    coil_loop_close(loop);
}

static coil_async struct coil_result sleeps_long(void *arg)
{
    int err = coil_sleep(COIL_SECONDS(1000));

    note("%s:%d", (char *)arg, err);
    return coil_error(err);
}

static coil_async struct coil_result refuses_to_end(void *arg)
{
    (void)arg;
    while (coil_sleep(COIL_SECONDS(9)) == -ECANCELED)
        note("no");
    return coil_value(NULL);
}

TEST(closing_reports_cancels_and_unwinds_what_is_pending)
{
    struct coil_task_options options = {.drop_arg = drop_counted};
    struct coil_future *task, *stubborn;
    struct coil_call never, later;

    loop = open_sim();
    options.loop = loop;
    options.name = "sleeper";
    task = coil_create_task_with(sleeps_long, "a", &options);
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    options.name = "stubborn";
    stubborn = coil_create_task_with(refuses_to_end, "b", &options);
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    coil_call_init(&never, note_arg, "forgotten");
    coil_call_init(&later, note_arg, "forgotten");
    coil_call_soon(loop, &never);
    coil_call_later(loop, &later, 5);
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 2);
    CHECK_STR(heard.message, "Task was destroyed but it is pending!");
    CHECK_STR(heard.name, "stubborn");
    CHECK_STR(noted(), "a:-125 no");
    CHECK(!coil_call_scheduled(&never));
    CHECK(!coil_call_scheduled(&later));
    CHECK(coil_future_cancelled(task));
    CHECK_EQ(coil_future_result(stubborn).status, -COIL_ESTOPPED);
    CHECK_EQ(drops, 2);
    coil_future_unref(task);
    coil_future_unref(stubborn);
}

TEST(a_task_that_never_started_is_closed_with_its_argument_dropped)
{
    struct coil_task_options options = {.drop_arg = drop_counted};
    struct coil_future *task;

    loop = open_sim();
    options.loop = loop;
    task = coil_create_task_with(sleeps_long, "x", &options);
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 1);
    CHECK_EQ(drops, 1);
    CHECK_STR(noted(), "");
    CHECK(coil_future_cancelled(task));
    coil_future_unref(task);
}

static coil_async struct coil_result makes_another(void *arg)
{
    struct coil_future *child;

    coil_sleep(COIL_SECONDS(9));
    child = coil_create_task(sleeps_long, arg); /* the loop is closing */
    note("%lld", (long long)coil_future_result(child).status);
    coil_future_unref(child);
    return coil_value(NULL);
}

TEST(a_closing_loop_refuses_new_tasks)
{
    loop = open_sim();
    coil_future_unref(
        coil_create_task_with(makes_another, "x", &(struct coil_task_options){.loop = loop}));
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 1);
    CHECK_STR(noted(), "-5000");
}

static coil_async struct coil_result posts_forever(void *arg)
{
    (void)arg;
    for (;;)
        coil_yield(); /* not even a cancel ends it */
    return coil_value(NULL);
}

TEST(closing_ends_even_with_a_task_that_never_does)
{
    loop = open_sim();
    coil_future_unref(
        coil_create_task_with(posts_forever, NULL, &(struct coil_task_options){.loop = loop}));
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    coil_loop_close(loop);
    CHECK_EQ(heard_take(), 1);
}

FAIL_TEST(time_without_a_loop_aborts, "coil_time needs a running loop in this thread")
{
    coil_time();
}

static coil_async struct coil_result counts(void *arg)
{
    struct coil_loop_stats stats;

    (void)arg;
    coil_loop_stats(coil_loop_current(), &stats);
    CHECK_EQ(stats.tasks_live, 1);
    CHECK_EQ(stats.tasks_made, 1);
    return coil_value(NULL);
}

TEST(tasks_are_counted)
{
    struct coil_loop_stats stats;
    struct coil_future *task;

    loop = open_sim();
    task = coil_create_task_with(counts, NULL, &(struct coil_task_options){.loop = loop});
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0);
    coil_future_unref(task);
    coil_loop_stats(loop, &stats);
    CHECK_EQ(stats.tasks_live, 0);
    CHECK_EQ(stats.tasks_made, 1);
    CHECK(stats.callbacks >= 2);
    coil_loop_close(loop);
}
