/* Turns: what runs when, where the loop sleeps, and who hears of it. */
#include <poll.h>
#include <unistd.h>

#include "loop/loop.h"
#include "unit/loop/inside.h"

static struct coil_loop *loop;
static int left;

static void ping(void *arg)
{
    if (--left > 0)
        coil_call_soon(loop, arg);
    else
        coil_loop_stop(loop);
}

static uint64_t turns(void)
{
    struct coil_loop_stats stats;

    coil_loop_stats(loop, &stats);
    return stats.turns;
}

DRIVER_TEST(each_turn_runs_what_was_ready_when_it_began)
{
    struct coil_call call;
    struct coil_loop_stats stats;

    loop = open_any();
    left = 1000;
    coil_call_init(&call, ping, &call);
    coil_call_soon(loop, &call);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    coil_loop_stats(loop, &stats);
    CHECK_EQ(stats.turns, 1000);
    CHECK_EQ(stats.callbacks, 1000);
    CHECK_EQ(stats.tasks_made, 0);
    coil_loop_close(loop);
}

static void make_timer_due(void *arg)
{
    struct coil_call *calls = arg;

    note("callback");
    coil_call_later(loop, &calls[1], 0);
    coil_call_soon(loop, &calls[2]);
}

static void note_and_stop(void *arg)
{
    note("%s", (char *)arg);
    if (--left == 0)
        coil_loop_stop(loop);
}

TEST(what_is_ready_goes_before_what_time_brings)
{
    struct coil_call calls[3];

    loop = open_sim();
    left = 2;
    coil_call_init(&calls[0], make_timer_due, calls);
    coil_call_init(&calls[1], note_and_stop, "timer");
    coil_call_init(&calls[2], note_and_stop, "soon");
    coil_call_soon(loop, &calls[0]);
    coil_loop_run_forever(loop);
    CHECK_STR(noted(), "callback soon timer");
    coil_loop_close(loop);
}

static void run_nested(void *arg)
{
    struct coil_loop_stats before, after;

    note("in");
    coil_loop_stats(loop, &before);
    /* not in a task */
    CHECK_EQ(coil_loop_run_until_complete(loop, arg).status, 5);
    coil_loop_stats(loop, &after);
    CHECK(after.turns > before.turns);
    note("out");
    coil_loop_stop(loop);
}

static void settle_five(void *arg)
{
    note("settle");
    coil_future_set_result(arg, coil_number(5), NULL);
}

TEST(the_loop_can_turn_inside_a_callback)
{
    struct coil_call outer, settle, behind;
    struct coil_future *f;

    loop = open_sim();
    f = coil_loop_create_future(loop);
    coil_call_init(&outer, run_nested, f);
    coil_call_init(&behind, note_arg,
                   "behind"); /* was in the outer turn; the inner one takes it over */
    coil_call_init(&settle, settle_five, f);
    coil_call_soon(loop, &outer);
    coil_call_soon(loop, &behind);
    coil_call_later(loop, &settle, COIL_MS(3));
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK_STR(noted(), "in behind settle out");
    coil_future_unref(f);
    coil_loop_close(loop);
}

static void nest_again(void *arg);

static struct coil_future *levels[50];

static void settle_level(void *arg)
{
    coil_future_set_result(levels[(intptr_t)arg], coil_value(NULL), NULL);
}

static struct coil_call nest_calls[50], settle_calls[50];

static void nest_again(void *arg)
{
    intptr_t level = (intptr_t)arg;

    if (level + 1 < 50) {
        coil_call_init(&nest_calls[level + 1], nest_again, (void *)(level + 1));
        coil_call_soon(loop, &nest_calls[level + 1]);
    }
    coil_call_init(&settle_calls[level], settle_level, arg);
    coil_call_later(loop, &settle_calls[level], COIL_MS(1 + level % 7));
    /* not in a task */
    CHECK_EQ(coil_loop_run_until_complete(loop, levels[level]).status, 0);
    left--;
    if (level == 0)
        coil_loop_stop(loop);
}

TEST(fifty_runs_inside_each_other_all_end)
{
    loop = open_sim();
    left = 50;
    for (int i = 0; i < 50; i++)
        levels[i] = coil_loop_create_future(loop);
    coil_call_init(&nest_calls[0], nest_again, NULL);
    coil_call_soon(loop, &nest_calls[0]);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK_EQ(left, 0);
    for (int i = 0; i < 50; i++)
        coil_future_unref(levels[i]);
    coil_loop_close(loop);
}

static void hook_before(struct coil_loop *which, void *arg)
{
    CHECK_PTR(which, loop);
    note("%s", (char *)arg);
}

static void hook_after(struct coil_loop *which, void *arg)
{
    (void)which;
    (void)arg;
    note("woke");
}

DRIVER_TEST(hooks_stand_around_every_sleep_and_only_there)
{
    struct coil_loop_hooks hooks = {hook_before, hook_after, "sleeps"};
    struct coil_call call, end;

    loop = open_any();
    left = 3;
    coil_loop_set_hooks(loop, &hooks);
    coil_call_init(&call, ping, &call);
    coil_call_soon(loop, &call);
    coil_loop_run_forever(loop);
    CHECK_STR(noted(), ""); /* never idle */
    left = 1;
    coil_call_init(&end, note_and_stop, "end");
    coil_call_later(loop, &end, COIL_US(100));
    coil_loop_run_forever(loop);
    CHECK_STR(noted(), "sleeps woke end");
    coil_loop_set_hooks(loop, NULL);
    left = 1;
    coil_call_later(loop, &end, COIL_US(100));
    coil_loop_run_forever(loop);
    CHECK_STR(noted(), "end");
    coil_loop_close(loop);
}

static void make_ready_in_hook(struct coil_loop *which, void *arg)
{
    static bool done;

    if (!done)
        coil_call_soon(which, arg);
    done = true;
}

DRIVER_TEST(what_a_hook_makes_ready_is_not_slept_over)
{
    struct coil_call call;
    struct coil_loop_hooks hooks = {make_ready_in_hook, NULL, &call};

    loop = open_any();
    left = 1;
    coil_call_init(&call, note_and_stop, "made");
    coil_loop_set_hooks(loop, &hooks);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK_STR(noted(), "made");
    coil_loop_close(loop);
}

static void be_slow(void *arg)
{
    poll(NULL, 0, (int)(intptr_t)arg);
    coil_loop_stop(loop);
}

TEST(in_debug_mode_slow_callbacks_are_reported)
{
    struct coil_loop_options options = {.driver = "epoll", .debug = true};
    struct coil_call call;

    CHECK_EQ(coil_loop_open(&options, &loop), 0);
    listen_to(loop);
    coil_loop_set_debug(loop, true, COIL_MS(5));
    coil_call_init(&call, be_slow, (void *)20);
    coil_call_soon(loop, &call);
    coil_loop_run_forever(loop);
    CHECK_EQ(heard_take(), 1);
    CHECK_HAS(heard.message, "took ");
    CHECK_HAS(heard.message, " ms");
    coil_loop_set_debug(loop, false, 0);
    coil_call_soon(loop, &call);
    coil_loop_run_forever(loop);
    CHECK_EQ(heard_take(), 0);
    coil_loop_set_debug(loop, true, COIL_SECONDS(5)); /* not slow enough */
    coil_call_soon(loop, &call);
    coil_loop_run_forever(loop);
    CHECK_EQ(heard_take(), 0);
    coil_loop_close(loop);
}

static coil_async struct coil_result steps_slowly(void *arg)
{
    (void)arg;
    coil_yield();
    poll(NULL, 0, 20 * kit_slowness());
    coil_yield();
    return coil_value(NULL);
}

TEST(in_debug_mode_slow_steps_of_tasks_are_reported)
{
    struct coil_loop_options options = {.driver = "epoll", .debug = true};
    struct coil_future *task;

    CHECK_EQ(coil_loop_open(&options, &loop), 0);
    listen_to(loop);
    coil_loop_set_debug(loop, true, COIL_MS(10 * kit_slowness()));
    task = coil_create_task_with(steps_slowly, NULL, &(struct coil_task_options){.loop = loop});
    CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0);
    CHECK_EQ(heard_take(), 1);
    coil_future_unref(task);
    coil_loop_close(loop);
}

TEST(the_simulator_says_when_nothing_can_happen_any_more)
{
    struct coil_future *f;

    loop = open_sim();
    f = coil_loop_create_future(loop);
    CHECK_EQ(coil_loop_run_until_complete(loop, f).status, -EDEADLK);
    CHECK_EQ(coil_loop_run_forever(loop), -EDEADLK);
    CHECK(!coil_loop_running(loop));
    coil_future_set_result(f, coil_number(3), NULL);
    CHECK_EQ(coil_loop_run_until_complete(loop, f).status, 3); /* it goes on */
    coil_future_unref(f);
    coil_loop_close(loop);
}

DRIVER_TEST(a_busy_loop_still_sees_the_world_and_the_clock)
{
    struct coil_call call, end;

    loop = open_any();
    left = INT32_MAX;
    coil_call_init(&call, ping, &call);
    coil_call_soon(loop, &call);
    coil_call_init(&end, (coil_call_fn *)(void (*)(void))coil_loop_stop, loop);
    coil_call_later(loop, &end, strcmp(coil_loop_driver(loop), "sim") == 0 ? 0 : COIL_MS(30));
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK(turns() >= 1);
    coil_call_cancel(&call);
    coil_loop_close(loop);
}

/* ---- looking before sleeping: a driver with a clock of ours, on which another thread posts ----
 */

static struct driver_ops scripted;
static struct coil_call mail;
static int64_t clock_ns, period_ns, due_ns;
static int looks;
static uint8_t came; /* who brings what the driver has, enum driver_came */

static int64_t scripted_now(struct driver *driver)
{
    (void)driver;
    clock_ns += period_ns / 20;
    if (clock_ns >= due_ns && due_ns != COIL_FOREVER) {
        due_ns = COIL_FOREVER;
        coil_call_soon_threadsafe(loop, &mail);
    }
    return clock_ns;
}

static int scripted_wait(struct driver *driver, int64_t deadline_ns, bool alone)
{
    (void)alone;
    if (deadline_ns == 0)
        looks++;
    else if (deadline_ns > clock_ns)
        clock_ns = deadline_ns < due_ns ? deadline_ns : due_ns;
    scripted_now(driver);
    driver->came |= came;
    return 0;
}

static void read_mail(void *arg)
{
    (void)arg;
    due_ns = clock_ns + period_ns;
    if (--left == 0)
        coil_loop_stop(loop);
}

/* How often the loop slept while it was posted to 1,000 times, so far apart. */
static uint64_t sleeps_when(int64_t apart_ns, int64_t spin_ns, unsigned out)
{
    struct coil_loop_options options = {.driver = "epoll", .spin_ns = spin_ns};
    const struct driver_ops *real;
    struct coil_loop_stats stats;

    CHECK_EQ(coil_loop_open(&options, &loop), 0);
    real = loop->driver->ops;
    scripted = *real;
    scripted.now = scripted_now;
    scripted.wait = scripted_wait;
    loop->driver->ops = &scripted;
    loop->driver->out += out;
    coil_call_init(&mail, read_mail, NULL);
    clock_ns = loop->now;
    period_ns = apart_ns;
    due_ns = clock_ns + apart_ns;
    left = 1000;
    looks = 0;
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    coil_loop_stats(loop, &stats);
    loop->driver->out -= out;
    loop->driver->ops = real;
    coil_loop_close(loop);
    return stats.sleeps;
}

TEST(a_loop_that_would_be_woken_at_once_does_not_sleep)
{
    CHECK(sleeps_when(COIL_US(10), 0, 0) <= 2);
    CHECK_EQ(looks, 0); /* at the world: nothing is out */
    CHECK(sleeps_when(COIL_US(10), 0, 1) <= 2);
    CHECK(looks > 1000);
}

TEST(a_loop_looks_for_who_answers_and_sleeps_where_many_take_turns)
{
    came = CAME_ANSWER;
    CHECK(sleeps_when(COIL_US(10), 0, 1) <= 2);
    came = CAME_ANSWER | CAME_OTHER;
    CHECK(sleeps_when(COIL_US(10), 0, 1) <= 2);
    came = CAME_OTHER;
    CHECK_EQ(sleeps_when(COIL_US(10), 0, 1), 1000);
    CHECK_EQ(looks, 0);
    came = 0;
}

TEST(a_loop_whose_waits_are_long_does_not_look_before_it_sleeps)
{
    CHECK_EQ(sleeps_when(COIL_MS(1), 0, 1), 1000);
    CHECK_EQ(looks, 0);
}

TEST(how_long_a_loop_looks_is_an_option)
{
    CHECK_EQ(sleeps_when(COIL_US(10), -1, 1), 1000);
    CHECK_EQ(looks, 0);
    CHECK(sleeps_when(COIL_MS(1), COIL_MS(2), 0) <= 2);
}

static void tick(void *arg)
{
    struct coil_call *call = arg;

    if (--left > 0)
        coil_call_later(loop, call, COIL_US(20));
    else
        coil_loop_stop(loop);
}

TEST(timers_due_within_the_look_are_never_early)
{
    struct coil_call call;
    int64_t began;

    CHECK_EQ(coil_loop_open(&(struct coil_loop_options){.driver = "epoll"}, &loop), 0);
    began = coil_loop_time(loop);
    left = 100;
    coil_call_init(&call, tick, &call);
    coil_call_soon(loop, &call);
    CHECK_EQ(coil_loop_run_forever(loop), 0);
    CHECK(coil_loop_time(loop) - began >= 99 * COIL_US(20)); /* and none too early */
    coil_loop_close(loop);
}
