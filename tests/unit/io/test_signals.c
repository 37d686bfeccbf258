/* Signals heard by loops and awaited by tasks. */
#include <coil/signals.h>

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "mach/switch.h"
#include "unit/loop/inside.h"

static struct coil_loop *here(void)
{
    return coil_loop_current();
}

static bool is_default(int number)
{
    struct sigaction now;

    CHECK_EQ(sigaction(number, NULL, &now), 0);
    return now.sa_handler == SIG_DFL;
}

static int calls;

static void count_call(int number, void *arg)
{
    CHECK(coil_loop_current() != NULL);
    note("%s%d", (char *)arg, number);
    calls++;
}

DRIVER_LOOP_TEST(a_handler_is_called_on_the_loop)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, "a"), 0);
    raise(SIGUSR1);
    CHECK_EQ(calls, 0); /* not in the signal handler */
    coil_sleep(COIL_MS(1));
    CHECK_STR(noted(), "a10");
    CHECK(coil_loop_remove_signal_handler(here(), SIGUSR1));
}

DRIVER_LOOP_TEST(faster_than_the_loop_turns_it_is_told_once)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, ""), 0);
    for (int i = 0; i < 10; i++)
        raise(SIGUSR1);
    coil_sleep(COIL_MS(1));
    CHECK_EQ(calls, 1);
    raise(SIGUSR1);
    coil_sleep(COIL_MS(1));
    CHECK_EQ(calls, 2);
    noted();
    coil_loop_remove_signal_handler(here(), SIGUSR1);
}

DRIVER_LOOP_TEST(removed_the_signal_does_again_what_it_did)
{
    CHECK(!coil_loop_remove_signal_handler(here(), SIGUSR1));
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, "a"), 0);
    CHECK(!is_default(SIGUSR1));
    raise(SIGUSR1); /* heard, and given up before it was told */
    CHECK(coil_loop_remove_signal_handler(here(), SIGUSR1));
    CHECK(is_default(SIGUSR1));
    coil_sleep(COIL_MS(1));
    CHECK_EQ(calls, 0);
    CHECK(!coil_loop_remove_signal_handler(here(), SIGUSR1));
}

DRIVER_LOOP_TEST(another_handler_replaces_the_first)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, "a"), 0);
    raise(SIGUSR1);
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, "b"), 0);
    coil_sleep(COIL_MS(1));
    CHECK_STR(noted(), "b10"); /* as in asyncio: who is there when it is told */
    CHECK(coil_loop_remove_signal_handler(here(), SIGUSR1));
    CHECK(is_default(SIGUSR1));
}

DRIVER_LOOP_TEST(handlers_run_in_the_order_of_the_signals)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR2, count_call, ""), 0);
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, ""), 0);
    raise(SIGUSR1);
    raise(SIGUSR2);
    raise(SIGUSR1);
    coil_sleep(COIL_MS(1));
    CHECK_STR(noted(), "10 12");
    coil_loop_remove_signal_handler(here(), SIGUSR1);
    coil_loop_remove_signal_handler(here(), SIGUSR2);
}

static void removes_itself(int number, void *arg)
{
    note("%s", (char *)arg);
    raise(number); /* on its way as the handler goes */
    CHECK(coil_loop_remove_signal_handler(here(), number));
}

DRIVER_LOOP_TEST(a_handler_may_remove_itself)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, removes_itself, "once"), 0);
    raise(SIGUSR1);
    coil_sleep(COIL_MS(1));
    CHECK_STR(noted(), "once");
    CHECK(is_default(SIGUSR1));
}

static struct coil_var shade = COIL_VAR("shade", "none");

static void looks_and_sets(int number, void *arg)
{
    note("%s", (char *)coil_var_get(&shade));
    coil_var_set(&shade, arg);
    if (strcmp(arg, "replaced") == 0)
        coil_loop_add_signal_handler(here(), number, looks_and_sets, "last");
}

DRIVER_LOOP_TEST(a_handler_has_the_context_in_which_it_was_added)
{
    coil_var_set(&shade, "red");
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, looks_and_sets, "handlers"), 0);
    coil_var_set(&shade, "blue");
    for (int i = 0; i < 2; i++) {
        raise(SIGUSR1);
        coil_sleep(COIL_MS(1));
    }
    CHECK_STR(noted(), "red handlers"); /* and keeps it, as in asyncio */
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, looks_and_sets, "replaced"), 0);
    for (int i = 0; i < 2; i++) {
        raise(SIGUSR1);
        coil_sleep(COIL_MS(1));
    }
    CHECK_STR(noted(), "blue replaced");
    CHECK_STR(coil_var_get(&shade), "blue");
    coil_loop_remove_signal_handler(here(), SIGUSR1);
}

DRIVER_LOOP_TEST(what_cannot_be_heard_is_refused)
{
    const int both[] = {SIGUSR1, SIGKILL};

    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGKILL, count_call, ""), -EINVAL);
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGSEGV, count_call, ""), -EINVAL);
    CHECK_EQ(coil_loop_add_signal_handler(here(), 0, count_call, ""), -EINVAL);
    CHECK_EQ(coil_signal_wait(SIGSTOP), -EINVAL);
    CHECK_EQ(coil_signal_wait_any(both, 2), -EINVAL);
    CHECK_EQ(coil_signal_wait_any(both, 0), -EINVAL);
    CHECK(is_default(SIGUSR1));
}

static coil_async struct coil_result waits(void *arg)
{
    int numbers[] = {SIGUSR1, SIGUSR2};
    int got = arg != NULL ? coil_signal_wait((int)(intptr_t)arg) : coil_signal_wait_any(numbers, 2);

    note("%d", got);
    return got < 0 ? coil_error(got) : coil_number(got);
}

DRIVER_LOOP_TEST(all_who_wait_are_woken)
{
    struct coil_future *tasks[3] = {coil_create_task(waits, (void *)SIGUSR1),
                                    coil_create_task(waits, (void *)SIGUSR2),
                                    coil_create_task(waits, NULL)};

    let_run(2);
    raise(SIGUSR1);
    CHECK_EQ(coil_await(tasks[0]).status, SIGUSR1);
    CHECK_EQ(coil_await(tasks[2]).status, SIGUSR1);
    CHECK(!coil_future_done(tasks[1]));
    CHECK(is_default(SIGUSR1));
    raise(SIGUSR2);
    CHECK_EQ(coil_await(tasks[1]).status, SIGUSR2);
    CHECK(is_default(SIGUSR2));
    noted();
    for (int i = 0; i < 3; i++)
        coil_future_unref(tasks[i]);
}

DRIVER_LOOP_TEST(cancelled_it_listens_no_more)
{
    struct coil_future *task;

    for (int turns = 0; turns < 4; turns++) {
        task = coil_create_task(waits, NULL);
        let_run(turns);
        coil_future_cancel(task, NULL);
        CHECK_EQ(coil_join(task).status, -ECANCELED);
        CHECK(is_default(SIGUSR1) && is_default(SIGUSR2));
    }
    noted();
}

static coil_async struct coil_result waits_twice(void *arg)
{
    int got = coil_signal_wait(SIGUSR1);

    CHECK_EQ(coil_yield(), *(int *)arg ? -ECANCELED : 0);
    return coil_number(got);
}

DRIVER_LOOP_TEST(neither_the_signal_nor_the_cancellation_is_lost)
{
    int cancelled = true;

    for (int turns = 0; turns < 4; turns++) {
        struct coil_future *task = coil_create_task(waits_twice, &cancelled);

        let_run(1);
        raise(SIGUSR1);
        let_run(turns);
        if (coil_future_done(task))
            break;
        coil_future_cancel(task, NULL);
        if (turns == 0)
            CHECK_EQ(coil_join(task).status, SIGUSR1);
        else
            coil_future_unref(task);
        let_run(3);
    }
}

DRIVER_LOOP_TEST(a_handler_without_a_function_keeps_it_for_the_next_wait)
{
    struct coil_future *task;

    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, NULL, NULL), 0);
    raise(SIGUSR1);
    raise(SIGUSR1);
    coil_sleep(COIL_MS(1));
    CHECK_EQ(coil_signal_wait(SIGUSR1), SIGUSR1); /* once */
    task = coil_create_task(waits, (void *)SIGUSR1);
    coil_sleep(COIL_MS(1));
    CHECK(!coil_future_done(task));
    raise(SIGUSR1);
    CHECK_EQ(coil_join(task).status, SIGUSR1);
    raise(SIGUSR1); /* not told to the loop yet, as the wait begins */
    CHECK_EQ(coil_signal_wait(SIGUSR1), SIGUSR1);
    CHECK(coil_loop_remove_signal_handler(here(), SIGUSR1));
    noted();
}

static coil_async struct coil_result waits_for_any(void *arg)
{
    static const int either[] = {SIGUSR1, SIGUSR2};

    (void)arg;
    return coil_number(coil_signal_wait_any(either, 2));
}

static void keep_both(void)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, NULL, NULL), 0);
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR2, NULL, NULL), 0);
}

static coil_async void nothing_is_kept(void)
{
    struct coil_future *task = coil_create_task(waits_for_any, NULL);

    coil_sleep(COIL_MS(1));
    CHECK(!coil_future_done(task));
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    noted();
}

DRIVER_LOOP_TEST(with_a_handler_that_keeps_it_a_waiter_is_told_of_it_once)
{
    struct coil_future *task = coil_create_task(waits_for_any, NULL);

    keep_both();
    coil_sleep(COIL_MS(1));
    raise(SIGUSR1);
    CHECK_EQ(coil_join(task).status, SIGUSR1);
    nothing_is_kept();
}

DRIVER_LOOP_TEST(of_two_at_once_one_is_told_and_the_other_kept)
{
    struct coil_future *task = coil_create_task(waits_for_any, NULL);

    keep_both();
    coil_sleep(COIL_MS(1));
    raise(SIGUSR2);
    raise(SIGUSR1);
    CHECK_EQ(coil_join(task).status + waits_for_any(NULL).status, SIGUSR1 + SIGUSR2);
    nothing_is_kept();
}

DRIVER_LOOP_TEST(of_those_that_are_kept_none_is_passed_over_for_ever)
{
    int64_t before = 0;

    keep_both();
    for (int i = 0; i < 10; i++) {
        int64_t now;

        raise(SIGUSR1);
        raise(SIGUSR2);
        coil_sleep(COIL_MS(1));
        now = waits_for_any(NULL).status;
        CHECK(now != before);
        before = now;
    }
    noted();
}

DRIVER_LOOP_TEST(a_handler_that_goes_keeps_nobody_from_hearing)
{
    struct coil_future *task = coil_create_task(waits_for_any, NULL);

    keep_both();
    coil_sleep(COIL_MS(1));
    raise(SIGUSR1);
    CHECK(coil_loop_remove_signal_handler(here(), SIGUSR1));
    CHECK_EQ(coil_join(task).status, SIGUSR1);
    nothing_is_kept();
}

static pid_t send_from_a_child(int number, int times, int last)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    for (int i = 0; i < times; i++)
        kill(getppid(), number);
    kill(getppid(), last);
    _exit(0);
}

DRIVER_LOOP_TEST(it_wakes_a_loop_that_sleeps)
{
    pid_t child;

#ifdef MACH_TSAN
    if (strcmp(getenv("COIL_DRIVER"), "uring") == 0)
        SKIP("a signal that comes just before a system call unknown to TSan is kept until another");
#endif
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGHUP, NULL, NULL), 0);
    for (int i = 0; i < 20; i++) {
        child = send_from_a_child(SIGHUP, 0, SIGHUP);
        CHECK_EQ(coil_signal_wait(SIGHUP), SIGHUP);
        CHECK_EQ(waitpid(child, NULL, 0), child);
    }
}

/* Sent from another process, faster than anybody turns. The last one is of another kind. */
DRIVER_LOOP_TEST(a_storm_is_weathered)
{
    int times = kit_effort(100000) / kit_slowness();
    pid_t child;

    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, ""), 0);
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR2, NULL, NULL), 0);
    child = send_from_a_child(SIGUSR1, times, SIGUSR2);
    CHECK_EQ(coil_signal_wait(SIGUSR2), SIGUSR2);
    CHECK(calls > 0 && calls <= times);
    noted();
    CHECK_EQ(waitpid(child, NULL, 0), child);
}

DRIVER_LOOP_TEST(without_memory_nobody_listens)
{
    const int numbers[] = {SIGUSR1, SIGUSR2, SIGHUP};

    for (int k = 1; k <= 3; k++) {
        coil__fault_arm(FAULT_ALLOC, (uint64_t)k, false);
        CHECK_EQ(coil_signal_wait_any(numbers, 3), -ENOMEM);
        coil__fault_arm(FAULT_SYS, (uint64_t)k, false);
        CHECK_EQ(coil_signal_wait_any(numbers, 3), -EINVAL);
        coil__fault_arm(FAULT_SYS, 0, false);
        coil__fault_arm(FAULT_ALLOC, 1, false);
        CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, ""), -ENOMEM);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(is_default(SIGUSR1) && is_default(SIGUSR2) && is_default(SIGHUP));
    }
}

DRIVER_TEST(a_loop_that_closes_listens_no_more)
{
    struct coil_loop *loop = open_any();
    struct coil_future *task;

    task = coil_create_task_with(waits, NULL, &(struct coil_task_options){.loop = loop});
    CHECK_EQ(coil_loop_add_signal_handler(loop, SIGHUP, count_call, ""), 0);
    coil_loop_stop(loop);
    coil_loop_run_forever(loop);
    raise(SIGHUP);
    raise(SIGUSR2);
    coil_loop_close(loop);
    heard_take();
    CHECK(coil_future_done(task));
    coil_future_unref(task);
    CHECK_EQ(calls, 0);
    CHECK(is_default(SIGHUP) && is_default(SIGUSR1) && is_default(SIGUSR2));
    noted();
}

DRIVER_LOOP_TEST(a_forked_child_hears_nothing_of_it)
{
    int status;
    pid_t child;

    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGUSR1, count_call, ""), 0);
    child = fork();
    if (child == 0) {
        raise(SIGUSR1);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
    coil_sleep(COIL_MS(1));
    CHECK_EQ(calls, 0);
}

static coil_async struct coil_result handles_interrupts(void *arg)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGINT, count_call, arg), 0);
    for (int i = 0; i < 3; i++) {
        raise(SIGINT);
        CHECK_EQ(coil_sleep(COIL_MS(1)), 0);
    }
    CHECK(coil_loop_remove_signal_handler(here(), SIGINT));
    raise(SIGINT); /* Ctrl-C is again what it was */
    return coil_error(coil_sleep(COIL_SECONDS(5)));
}

DRIVER_TEST(a_handler_for_ctrl_c_comes_before_what_coil_run_does)
{
    CHECK_EQ(coil_run(handles_interrupts, "int").status, -EINTR);
    CHECK_STR(noted(), "int2 int2 int2");
    CHECK(is_default(SIGINT));
}

static coil_async struct coil_result leaves_a_handler(void *arg)
{
    CHECK_EQ(coil_loop_add_signal_handler(here(), SIGINT, count_call, arg), 0);
    return coil_number(1);
}

DRIVER_TEST(a_handler_left_over_for_ctrl_c_is_gone_after_coil_run)
{
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(coil_run(leaves_a_handler, "").status, 1);
        CHECK(is_default(SIGINT));
    }
}

/* Loops in threads of their own. */

static int told_in_thread[3];

static void tell_thread(int number, void *arg)
{
    (void)number;
    __atomic_add_fetch((int *)arg, 1, __ATOMIC_SEQ_CST);
}

static coil_async struct coil_result listens(void *arg)
{
    return coil_number(-coil_loop_add_signal_handler(here(), SIGUSR1, tell_thread, arg));
}

static coil_async struct coil_result waits_until_told(void *arg)
{
    while (__atomic_load_n((int *)arg, __ATOMIC_SEQ_CST) == 0)
        coil_yield();
    return coil_value(NULL);
}

static void run_in(struct coil_thread *thread, coil_coroutine_fn *fn, void *arg)
{
    struct coil_cfuture *job = coil_submit(thread, fn, arg);

    CHECK_EQ(coil_cfuture_result(job, COIL_FOREVER).status, 0);
    coil_cfuture_unref(job);
}

DRIVER_TEST(every_loop_that_listens_is_told)
{
    struct coil_thread *threads[3];

    for (int i = 0; i < 3; i++) {
        threads[i] = coil_thread_open(NULL);
        run_in(threads[i], listens, &told_in_thread[i]);
    }
    raise(SIGUSR1);
    for (int i = 0; i < 3; i++)
        run_in(threads[i], waits_until_told, &told_in_thread[i]);
    for (int i = 0; i < 3; i++) {
        CHECK(!is_default(SIGUSR1));
        coil_thread_close(threads[i]);
    }
    CHECK(is_default(SIGUSR1));
}

SLOW_TEST(every_loop_weathers_the_storm, 120)
{
    int times = kit_effort(100000) / kit_slowness();
    struct coil_thread *threads[3];
    pid_t child;

    signal(SIGUSR2, SIG_IGN);
    for (int i = 0; i < 3; i++) {
        threads[i] = coil_thread_open(NULL);
        run_in(threads[i], listens, &told_in_thread[i]);
    }
    child = send_from_a_child(SIGUSR1, times, SIGUSR2);
    while (waitpid(child, NULL, 0) != child)
        ;
    for (int i = 0; i < 3; i++)
        run_in(threads[i], waits_until_told, &told_in_thread[i]);
    for (int i = 0; i < 3; i++) {
        coil_thread_close(threads[i]);
        CHECK(told_in_thread[i] <= times + 1);
    }
    CHECK(is_default(SIGUSR1));
}
