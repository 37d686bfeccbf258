/* Functions that a loop's default executor still has when the main task of coil_run has ended. */
#include <signal.h>

#include <coil/thread_pool.h>

#include "base/atomic.h"
#include "jobs.h"
#include "task/task.h"
#include "unit/loop/inside.h"

static sem_t begun, go_on;
static struct word ended;
static struct coil_call call;
static struct coil_done done;
static struct coil_executor *pool; /* the loop's default one; NULL: the process's own */

static struct coil_result hold(void *unused)
{
    (void)unused;
    sem_post(&begun);
    await_post(&go_on);
    word_add(&ended, 1);
    return coil_number(0);
}

static void let_go(void *unused)
{
    (void)unused;
    sem_post(&go_on);
}

/* What the loop does while the main task's end waits. */
static void look(void *then)
{
    struct coil_loop *loop = coil_loop_current();

    if (loop->all_back == NULL)
        coil_call_later(loop, &call, COIL_MS(1));
    else
        ((coil_call_fn *)(uintptr_t)then)(NULL);
}

static void prepare(coil_call_fn *then)
{
    struct coil_loop *loop = coil_loop_current();

    sem_init(&begun, 0, 0);
    sem_init(&go_on, 0, 0);
    word_store(&ended, 0);
    listen_to(loop);
    coil_loop_set_default_executor(loop, pool);
    coil_call_init(&call, look, (void *)(uintptr_t)then);
    coil_call_soon(loop, &call);
}

static void begin_and_cancel(void)
{
    struct coil_future *job = coil_run_in_executor(NULL, hold, NULL);

    await_post(&begun);
    coil_future_cancel(job, NULL);
    coil_future_unref(job);
}

static coil_async struct coil_result leaves_one_cancelled(void *unused)
{
    (void)unused;
    prepare(let_go);
    begin_and_cancel();
    return coil_number(3);
}

static int64_t run_on(const char *driver, coil_coroutine_fn *fn)
{
    return coil_run_with(fn, NULL, &(struct coil_loop_options){.driver = driver}).status;
}

/* Only the loop lets them go. */
static void check_waits(const char *driver, coil_coroutine_fn *fn, unsigned functions)
{
    CHECK_EQ(run_on(driver, fn), 3);
    CHECK_EQ(word_load(&ended), functions);
    CHECK_EQ(heard_take(), 0);
}

/* On the simulator it runs in place. */
REAL_TEST(one_that_was_cancelled_is_waited_for_and_the_loop_goes_on)
{
    check_waits(NULL, leaves_one_cancelled, 1);
}

TEST(in_a_pool_that_is_the_loops_default_too)
{
    pool = coil_thread_pool_open(NULL);
    check_waits("epoll", leaves_one_cancelled, 1);
    check_waits("sim", leaves_one_cancelled, 1);
    coil_executor_close(pool);
}

static void let_two_go(void *unused)
{
    let_go(unused);
    let_go(unused);
}

static void note_status(struct coil_future *future, void *arg)
{
    note("%s %lld", (const char *)arg, (long long)future->result.status);
}

/* Of three one runs, one waits for its thread, and one is cancelled while it does. */
static coil_async struct coil_result leaves_a_queue(void *unused)
{
    struct coil_future *jobs[3];

    (void)unused;
    prepare(let_two_go);
    for (int i = 0; i < 3; i++)
        jobs[i] = coil_run_in_executor(i == 0 ? pool : NULL, hold, NULL); /* the same */
    coil_future_cancel(jobs[2], NULL);
    coil_future_add_done_callback(jobs[1], &done, note_status, "second");
    for (int i = 0; i < 3; i++)
        coil_future_unref(jobs[i]);
    return coil_number(3);
}

DRIVER_TEST(those_that_have_not_begun_begin_and_their_futures_are_told)
{
    struct coil_thread_pool_options one = {.threads = 1};

    pool = coil_thread_pool_open(&one);
    check_waits(NULL, leaves_a_queue, 2);
    CHECK_STR(noted(), "second 0");
    coil_executor_close(pool);
}

static void lend_another(struct coil_future *future, void *unused)
{
    (void)future;
    coil_future_unref(coil_run_in_executor(NULL, hold, unused));
}

static coil_async struct coil_result leaves_one_that_is_followed(void *unused)
{
    struct coil_future *job;

    (void)unused;
    prepare(let_two_go);
    job = coil_run_in_executor(NULL, hold, NULL);
    coil_future_add_done_callback(job, &done, lend_another, NULL);
    coil_future_unref(job);
    return coil_number(3);
}

TEST(one_that_is_lent_meanwhile_is_waited_for_too)
{
    check_waits("epoll", leaves_one_that_is_followed, 2);
}

static void nothing(void *unused)
{
    (void)unused;
}

static coil_async struct coil_result leaves_one_for_good(void *unused)
{
    (void)unused;
    prepare(nothing);
    coil__run_patience_ns = 1;
    begin_and_cancel();
    return coil_number(3);
}

/* The rest of a test whose function was left behind. */
static void end_it(void)
{
    CHECK_EQ(word_load(&ended), 0);
    sem_post(&go_on);
    while (word_load(&ended) == 0)
        sched_yield();
}

TEST(one_that_takes_too_long_is_reported_and_left_behind)
{
    CHECK_EQ(run_on("epoll", leaves_one_for_good), 3);
    CHECK_EQ(heard_take(), 1);
    CHECK_HAS(heard.message, "1 of the default executor's functions did not end within");
    end_it();
}

static void stop(void *unused)
{
    (void)unused;
    coil_loop_stop(coil_loop_current());
}

static coil_async struct coil_result leaves_one_and_is_stopped(void *unused)
{
    (void)unused;
    prepare(stop);
    begin_and_cancel();
    return coil_number(3);
}

TEST(whoever_stops_the_loop_ends_the_wait)
{
    CHECK_EQ(run_on("epoll", leaves_one_and_is_stopped), 3);
    CHECK_EQ(heard_take(), 0);
    end_it();
}

static void interrupt(void *unused)
{
    (void)unused;
    raise(SIGINT);
}

static coil_async struct coil_result leaves_one_and_is_interrupted(void *unused)
{
    (void)unused;
    prepare(interrupt);
    begin_and_cancel();
    return coil_number(3);
}

CRASH_TEST(an_interrupt_during_the_wait_ends_the_process, SIGINT, "")
{
    fputs(" ", stderr);
    run_on("epoll", leaves_one_and_is_interrupted);
}

static coil_async struct coil_result leaves_one_elsewhere(void *other)
{
    (void)other;
    prepare(nothing);
    coil_future_unref(coil_run_in_executor(other, hold, NULL));
    await_post(&begun);
    return coil_number(3);
}

TEST(what_another_executor_has_is_not_waited_for)
{
    struct coil_executor *other = coil_thread_pool_open(NULL);

    CHECK_EQ(coil_run(leaves_one_elsewhere, other).status, 3);
    end_it();
    coil_executor_close(other);
}
