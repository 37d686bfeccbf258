/* Callbacks: soon, later, at a time, from other threads; cancelled, and scheduled again. */
#include <pthread.h>

#include "unit/loop/inside.h"

static struct coil_loop *loop;

static void stop(void *arg)
{
    (void)arg;
    coil_loop_stop(loop);
}

static void run_for_a_while(void)
{
    struct coil_call end;

    coil_call_init(&end, stop, NULL);
    coil_call_later(loop, &end, COIL_SECONDS(100));
    CHECK_EQ(coil_loop_run_forever(loop), 0);
}

TEST(soon_runs_in_the_order_of_the_calls)
{
    struct coil_call calls[5];
    static char names[] = "abcde";

    loop = open_sim();
    for (int i = 0; i < 5; i++) {
        coil_call_init(&calls[i], note_arg, &names[4 - i]); /* suffixes: e, de, cde ... */
        CHECK(!coil_call_scheduled(&calls[i]));
        coil_call_soon(loop, &calls[i]);
        CHECK(coil_call_scheduled(&calls[i]));
    }
    run_for_a_while();
    CHECK_STR(noted(), "e de cde bcde abcde");
    for (int i = 0; i < 5; i++)
        CHECK(!coil_call_scheduled(&calls[i]));
    coil_loop_close(loop);
}

TEST(later_runs_by_time_and_ties_by_order)
{
    struct coil_call a, b, c, d;

    loop = open_sim();
    coil_call_init(&a, note_arg, "a");
    coil_call_init(&b, note_arg, "b");
    coil_call_init(&c, note_arg, "c");
    coil_call_init(&d, note_arg, "d");
    coil_call_at(loop, &a, coil_loop_time(loop) + COIL_MS(2));
    coil_call_later(loop, &b, COIL_MS(1));
    coil_call_later(loop, &c, COIL_MS(2));
    coil_call_at(loop, &d, coil_loop_time(loop) + COIL_MS(1));
    run_for_a_while();
    CHECK_STR(noted(), "b d a c");
    coil_loop_close(loop);
}

static int64_t seen_at;

static void look_at_clock(void *arg)
{
    (void)arg;
    seen_at = coil_time();
}

TEST(a_time_is_met_exactly_on_the_simulator)
{
    struct coil_call call;
    int64_t when;

    loop = open_sim();
    coil_call_init(&call, look_at_clock, NULL);
    for (int64_t delay = 1; delay < COIL_SECONDS(90); delay = delay * 3 + 1) {
        when = coil_loop_time(loop) + delay;
        coil_call_at(loop, &call, when);
        run_for_a_while();
        CHECK_EQ(seen_at, when);
    }
    coil_loop_close(loop);
}

DRIVER_TEST(a_time_is_never_early)
{
    struct coil_call call;
    int64_t when;

    loop = open_any();
    coil_call_init(&call, look_at_clock, NULL);
    for (int64_t delay = 1; delay < COIL_MS(20); delay = delay * 5 + 1) {
        struct coil_call end;

        when = coil_loop_time(loop) + delay;
        coil_call_at(loop, &call, when);
        coil_call_init(&end, stop, NULL);
        coil_call_at(loop, &end, when);
        CHECK_EQ(coil_loop_run_forever(loop), 0);
        CHECK(seen_at >= when);
    }
    coil_loop_close(loop);
}

TEST(no_delay_or_a_time_that_has_passed_is_the_next_turn)
{
    struct coil_call a, b, c;
    int64_t before;

    loop = open_sim();
    before = coil_loop_time(loop);
    coil_call_init(&a, note_arg, "a");
    coil_call_init(&b, note_arg, "b");
    coil_call_init(&c, look_at_clock, "c");
    coil_call_later(loop, &a, 0);
    coil_call_later(loop, &b, -COIL_SECONDS(5));
    coil_call_at(loop, &c, INT64_MIN);
    run_for_a_while();
    CHECK_STR(noted(), "b a"); /* by time, as asyncio's heap has it */
    CHECK_EQ(seen_at, before);
    coil_loop_close(loop);
}

TEST(a_delay_too_long_to_be_a_time_is_forever)
{
    struct coil_call call;

    loop = open_sim();
    coil_call_init(&call, note_arg, "never");
    coil_call_later(loop, &call, COIL_FOREVER);
    CHECK_EQ(call.timer.when_ns, COIL_FOREVER);
    CHECK(coil_call_cancel(&call));
    coil_call_later(loop, &call, COIL_FOREVER - COIL_SECONDS(1));
    CHECK_EQ(call.timer.when_ns, COIL_FOREVER);
    run_for_a_while();
    CHECK_STR(noted(), "");
    CHECK(coil_call_cancel(&call));
    coil_loop_close(loop);
}

TEST(cancelled_it_does_not_run)
{
    struct coil_call soon, later, other;

    loop = open_sim();
    coil_call_init(&soon, note_arg, "soon");
    coil_call_init(&later, note_arg, "later");
    coil_call_init(&other, note_arg, "other");
    CHECK(!coil_call_cancel(&soon)); /* not scheduled yet */
    coil_call_soon(loop, &soon);
    coil_call_later(loop, &later, COIL_MS(1));
    coil_call_soon(loop, &other);
    CHECK(coil_call_cancel(&soon));
    CHECK(coil_call_cancel(&later));
    CHECK(!coil_call_cancel(&soon));
    run_for_a_while();
    CHECK_STR(noted(), "other");
    CHECK(!coil_call_cancel(&other)); /* it has run */
    coil_loop_close(loop);
}

static void cancel_arg(void *arg)
{
    note("cancel");
    CHECK(coil_call_cancel(arg));
}

TEST(one_that_is_ready_can_be_cancelled_by_one_before_it)
{
    struct coil_call victim, killer;

    loop = open_sim();
    coil_call_init(&victim, note_arg, "victim");
    coil_call_init(&killer, cancel_arg, &victim);
    coil_call_soon(loop, &killer);
    coil_call_soon(loop, &victim);
    run_for_a_while();
    CHECK_STR(noted(), "cancel");
    coil_loop_close(loop);
}

static int again_left;

static void once_more(void *arg)
{
    note("%d", again_left);
    if (--again_left == 0)
        stop(NULL);
    else if (again_left % 2)
        coil_call_soon(loop, arg);
    else
        coil_call_later(loop, arg, COIL_MS(1));
}

TEST(from_inside_its_own_function_it_can_be_scheduled_again)
{
    struct coil_call call;

    loop = open_sim();
    again_left = 5;
    coil_call_init(&call, once_more, &call);
    coil_call_soon(loop, &call);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK_STR(noted(), "5 4 3 2 1");
    coil_loop_close(loop);
}

static struct coil_call chained[2];

static void schedule_second(void *arg)
{
    struct coil_loop_stats stats;

    (void)arg;
    coil_loop_stats(loop, &stats);
    note("first");
    coil_call_soon(loop, &chained[1]);
}

static uint64_t turns_at_second;

static void second(void *arg)
{
    struct coil_loop_stats stats;

    (void)arg;
    coil_loop_stats(loop, &stats);
    turns_at_second = stats.turns;
    note("second");
}

static void third(void *arg)
{
    struct coil_loop_stats stats;

    (void)arg;
    coil_loop_stats(loop, &stats);
    note("third");
    CHECK(turns_at_second == 0); /* what the first made waits for the next turn */
}

TEST(what_a_callback_makes_ready_waits_for_the_next_turn)
{
    struct coil_call call;

    loop = open_sim();
    coil_call_init(&chained[0], schedule_second, NULL);
    coil_call_init(&chained[1], second, NULL);
    coil_call_init(&call, third, NULL);
    coil_call_soon(loop, &chained[0]);
    coil_call_soon(loop, &call);
    run_for_a_while();
    CHECK_STR(noted(), "first third second");
    coil_loop_close(loop);
}

FAIL_TEST(scheduled_twice_aborts, "a coil_call is scheduled while it is scheduled")
{
    struct coil_call call;

    loop = open_sim();
    coil_call_init(&call, note_arg, "a");
    coil_call_soon(loop, &call);
    coil_call_later(loop, &call, 5);
}

static void *post_many(void *arg)
{
    struct coil_call *calls = arg;

    for (int i = 0; i < 100; i++)
        CHECK_EQ(coil_call_soon_threadsafe(loop, &calls[i]), 0);
    return NULL;
}

static int next_expected, came;

static void in_turn(void *arg)
{
    CHECK_EQ((intptr_t)arg, next_expected++);
    if (++came == 100)
        stop(NULL);
}

DRIVER_TEST(calls_of_another_thread_come_in_its_order_and_wake_the_loop)
{
    struct coil_call calls[100];
    pthread_t thread;

    loop = open_any();
    for (intptr_t i = 0; i < 100; i++)
        coil_call_init(&calls[i], in_turn, (void *)i);
    pthread_create(&thread, NULL, post_many, calls);
    /* the simulator would say that nothing can happen; it keeps looking while there is a timer */
    while (came < 100) {
        struct coil_call end;

        coil_call_init(&end, stop, NULL);
        coil_call_later(loop, &end, COIL_SECONDS(1));
        coil_loop_run_forever(loop);
        coil_call_cancel(&end);
    }
    pthread_join(thread, NULL);
    coil_loop_close(loop);
}

LOOP_TEST(threadsafe_on_the_loops_own_thread_keeps_its_place)
{
    struct coil_call calls[4];
    static char names[4][2] = {"1", "2", "3", "4"};

    for (int i = 0; i < 4; i++) {
        coil_call_init(&calls[i], note_arg, names[i]);
        if (i % 2)
            CHECK_EQ(coil_call_soon_threadsafe(coil_loop_current(), &calls[i]), 0);
        else
            coil_call_soon(coil_loop_current(), &calls[i]);
    }
    let_run(2);
    CHECK_STR(noted(), "1 2 3 4");
}

static struct coil_var shade = COIL_VAR("shade", "none");

static void note_shade(void *arg)
{
    (void)arg;
    note("%s", (char *)coil_var_get(&shade));
}

static void set_shade(void *arg)
{
    CHECK_EQ(coil_var_set(&shade, arg), 0);
}

LOOP_TEST(a_call_sees_the_schedulers_context_as_it_was_then)
{
    struct coil_call a, b, c;
    struct coil_loop *here = coil_loop_current();

    coil_call_init(&a, note_shade, NULL);
    coil_call_init(&b, set_shade, "green"); /* sets it for itself only */
    coil_call_init(&c, note_shade, NULL);
    coil_var_set(&shade, "red");
    coil_call_soon(here, &a);
    coil_call_soon(here, &b);
    coil_var_set(&shade, "blue");
    coil_call_later(here, &c, COIL_MS(1));
    coil_sleep(COIL_MS(2));
    CHECK_STR(noted(), "red blue");
}

LOOP_TEST(a_call_can_be_given_a_context_to_run_in_once)
{
    struct coil_call a, b;
    struct coil_loop *here = coil_loop_current();
    struct coil_context *other = coil_context_copy();

    coil_call_init(&a, set_shade, "green");
    coil_call_init(&b, note_shade, NULL);
    coil_call_set_context(&a, other);
    coil_call_set_context(&b, other);
    coil_call_soon(here, &a);
    coil_call_soon(here, &b);
    let_run(1);
    CHECK_STR(noted(), "green"); /* what the first set stayed in it */
    CHECK_STR(coil_context_get(other, &shade), "green");
    coil_call_soon(here, &b); /* no context given: a copy of ours */
    let_run(1);
    CHECK_STR(noted(), "none");
    coil_call_set_context(&b, other);
    coil_call_soon(here, &b);
    CHECK(coil_call_cancel(&b)); /* gives its reference up */
    coil_context_unref(other);
}

TEST(posted_to_a_closed_loop_is_refused)
{
    struct coil_call call;
    struct coil_future *keeps;

    loop = open_sim();
    keeps = coil_loop_create_future(loop);
    coil_loop_close(loop);
    coil_call_init(&call, note_arg, "a");
    CHECK_EQ(coil_call_soon_threadsafe(loop, &call), -COIL_ESTOPPED);
    CHECK(!coil_call_scheduled(&call));
    coil_future_unref(keeps);
}

static void *schedule_from_thread(void *arg)
{
    coil_call_soon(loop, arg);
    return NULL;
}

TEST(before_the_first_run_any_thread_may_schedule)
{
    struct coil_call call;
    pthread_t thread;

    loop = open_sim();
    coil_call_init(&call, note_arg, "a");
    pthread_create(&thread, NULL, schedule_from_thread, &call);
    pthread_join(thread, NULL);
    run_for_a_while();
    CHECK_STR(noted(), "a");
    coil_loop_close(loop);
}

LOOP_FAIL_TEST(soon_from_another_thread_aborts,
               "coil_call_soon was called from another thread than the loop's")
{
    struct coil_call call;
    pthread_t thread;

    loop = coil_loop_current();
    coil_call_init(&call, note_arg, "a");
    pthread_create(&thread, NULL, schedule_from_thread, &call);
    pthread_join(thread, NULL);
}
