/* A child's life: waited for, signaled, given up, and never a zombie. */
#include "io/process.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "unit/io/programs.h"

DRIVER_LOOP_TEST(how_it_ended_is_told)
{
    struct coil_process *child = start_plain("exit 7");

    CHECK(coil_process_pid(child) > 0);
    CHECK_EQ(coil_process_wait(child), 7);
    CHECK_EQ(coil_process_returncode(child), 7);
    CHECK_EQ(coil_process_wait(child), 7); /* again and again */
    coil_process_unref(child);
    CHECK_EQ(run_to_end(start_plain("true")), 0);
    child = start_plain("kill -9 $$");
    CHECK_EQ(coil_process_wait(child), 256 + SIGKILL);
    CHECK_EQ(coil_process_returncode(child), -SIGKILL);
    coil_process_unref(child);
    CHECK(!kit_has_children());
}

DRIVER_LOOP_TEST(several_may_wait)
{
    struct coil_process *child =
        start_with("read x; exit 3", (struct coil_process_options){.in = COIL_PIPE});
    struct coil_future *tasks[5];

    for (int i = 0; i < 5; i++)
        tasks[i] = coil_create_task(waits_for, child);
    let_run(3);
    CHECK_EQ(coil_process_returncode(child), COIL_RUNNING);
    coil_future_cancel(tasks[2], NULL); /* which does not touch the child */
    CHECK_EQ(coil_await(tasks[2]).status, -ECANCELED);
    CHECK_EQ(coil_process_returncode(child), COIL_RUNNING);
    CHECK_EQ(coil_stream_write(coil_process_stdin(child), "\n", 1), 0);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(coil_await(tasks[i]).status, i == 2 ? -ECANCELED : 3);
        coil_future_unref(tasks[i]);
    }
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(signals_reach_it_until_it_has_ended)
{
    struct coil_process *child = start_plain("exec sleep 1000");

    CHECK_EQ(coil_process_terminate(child), 0);
    CHECK_EQ(coil_process_wait(child), 256 + SIGTERM);
    CHECK_EQ(coil_process_terminate(child), -ESRCH);
    CHECK_EQ(coil_process_kill(child), -ESRCH);
    coil_process_unref(child);
    child = start_plain("exec sleep 1000");
    CHECK_EQ(coil_process_kill(child), 0);
    CHECK_EQ(coil_process_wait(child), 256 + SIGKILL);
    coil_process_unref(child);
    child = start_plain("exec sleep 1000");
    CHECK_EQ(coil_process_signal(child, 1000), -EINVAL);
    CHECK_EQ(coil_process_signal(child, SIGHUP), 0);
    CHECK_EQ(run_to_end(child), 256 + SIGHUP);
}

DRIVER_LOOP_TEST(a_group_is_signaled_as_one)
{
    struct coil_process_options options = {.out = COIL_PIPE, .new_group = true};
    struct coil_process *child;
    int status, number;
    char *line, byte;

    prctl(PR_SET_CHILD_SUBREAPER, 1); /* the script's own child will be ours */
    child = start_with("sleep 1000 & echo $!; wait", options);
    CHECK(coil_stream_readline(coil_process_stdout(child), &line) > 0);
    number = atoi(line);
    CHECK_EQ(coil_process_kill(child), 0);
    CHECK_EQ(coil_process_wait(child), 256 + SIGKILL);
    CHECK_EQ(coil_stream_read(coil_process_stdout(child), &byte, 1),
             0); /* the end: both are gone */
    CHECK_EQ(waitpid(number, &status, 0), number);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(stopped_it_is_asked_first)
{
    struct coil_process *child =
        start_with("trap 'exit 5' TERM; echo up; while :; do read x; done",
                   (struct coil_process_options){.in = COIL_PIPE, .out = COIL_PIPE});
    char *line;

    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 3);
    CHECK_EQ(coil_process_stop(child, COIL_SECONDS(100)), 5);
    CHECK_EQ(coil_process_stop(child, COIL_SECONDS(100)), 5);
    coil_process_unref(child);
}

static const char deaf[] = "trap '' TERM; echo up; exec sleep 1000";

static coil_async struct coil_process *start_deaf(void)
{
    struct coil_process *child =
        start_with(deaf, (struct coil_process_options){.out = COIL_PIPE, .new_group = true});
    char *line;

    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 3);
    return child;
}

DRIVER_LOOP_TEST(who_does_not_listen_is_killed)
{
    struct coil_process *child = start_deaf();

    CHECK_EQ(coil_process_stop(child, COIL_MS(5)), 256 + SIGKILL);
    coil_process_unref(child);
    child = start_deaf();
    CHECK_EQ(coil_process_stop(child, 0), 256 + SIGKILL);
    coil_process_unref(child);
}

static coil_async struct coil_result stops(void *arg)
{
    return coil_error(coil_process_stop(arg, COIL_SECONDS(1000)));
}

DRIVER_LOOP_TEST(a_stop_that_is_cancelled_kills_at_once)
{
    struct coil_process *child = start_deaf();
    struct coil_future *task = coil_create_task(stops, child);

    let_run(3);
    coil_future_cancel(task, NULL);
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_EQ(run_to_end(child), 256 + SIGKILL);
}

/* A pidfd of its own: tells of the end without reaping. */
static coil_async void await_end_of(int pid)
{
    siginfo_t info;

    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0)
        coil_sleep(COIL_US(100));
}

DRIVER_LOOP_TEST(given_up_while_it_runs_it_is_killed_and_reaped)
{
    for (int i = 0; i < 5; i++) {
        struct coil_process *child = i % 2 ? start_deaf() : start_piped("exec sleep 1000");
        int pid = coil_process_pid(child);

        let_run(i);
        coil_process_unref(child);
        await_end_of(pid);
    }
    coil_process_unref(NULL);
    CHECK(!kit_has_children());
}

DRIVER_LOOP_TEST(given_up_while_somebody_waits_it_lives)
{
    struct coil_process *child = start_piped("read x; exit 4");
    struct coil_future *task = coil_create_task(waits_for, child);

    coil_stream_ref(coil_process_stdin(child));
    {
        struct coil_stream *in = coil_process_stdin(child);

        let_run(2);
        coil_process_unref(child);
        CHECK_EQ(coil_stream_write(in, "\n", 1), 0);
        CHECK_EQ(coil_join(task).status, 4);
        coil_stream_unref(in);
    }
}

DRIVER_LOOP_TEST(nobody_waits_and_there_is_no_zombie)
{
    struct coil_process *child = start_plain("true");
    int pid = coil_process_pid(child);

    await_end_of(pid);
    while (coil_process_returncode(child) == COIL_RUNNING)
        coil_sleep(COIL_US(100));
    CHECK(!kit_has_children());
    CHECK_EQ(coil_process_wait(child), 0);
    coil_process_unref(child);
}

static struct coil_process *left[3];

static coil_async struct coil_result leaves_children(void *arg)
{
    left[0] = start_deaf();
    left[1] = start_piped("exec sleep 1000");
    left[2] = start_plain("true");
    coil_yield();
    return coil_value(arg);
}

DRIVER_TEST(a_loop_that_closes_kills_and_reaps)
{
    CHECK_EQ(coil_run(leaves_children, NULL).status, 0);
    CHECK(!kit_has_children());
    CHECK_EQ(coil_process_returncode(left[0]), -SIGKILL);
    CHECK_EQ(coil_process_returncode(left[1]), -SIGKILL);
    CHECK(coil_process_returncode(left[2]) == 0 || coil_process_returncode(left[2]) == -SIGKILL);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(coil_process_kill(left[i]), -ESRCH);
        coil_process_unref(left[i]); /* only memory is left */
    }
}

DRIVER_LOOP_TEST(reaped_by_somebody_else_it_has_ended_and_that_is_all)
{
    struct coil_process *child =
        start_with("read x", (struct coil_process_options){.in = COIL_PIPE});
    int pid = coil_process_pid(child);

    coil_yield();
    coil_stream_close(coil_process_stdin(child));
    waitpid(pid, NULL, 0);
    CHECK_EQ(coil_process_wait(child), -ECHILD);
    CHECK_EQ(coil_process_returncode(child), 255);
    CHECK_EQ(coil_process_kill(child), -ESRCH);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(where_children_are_ignored_their_end_is_told_not_how)
{
    struct coil_process *child;

    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 10; i++) {
        child = start_plain(i % 2 ? "true" : "exec sleep 0.002");
        CHECK_EQ(coil_process_wait(child), -ECHILD);
        CHECK_EQ(coil_process_returncode(child), 255);
        coil_process_unref(child);
    }
    child = start_plain("exec sleep 1000");
    CHECK_EQ(coil_process_kill(child), 0);
    CHECK_EQ(run_to_end(child), -ECHILD);
    coil_process_unref(start_plain("exec sleep 1000"));
    signal(SIGCHLD, SIG_DFL);
}

/* Whatever system call fails: its end is told, and it is no zombie. */
DRIVER_LOOP_TEST(whatever_fails_while_it_is_waited_for_it_is_reaped)
{
    for (uint64_t k = 1; k <= 12; k++) {
        struct coil_process *child = start_plain("true");

        coil__fault_arm(FAULT_SYS, k, false);
        CHECK_EQ(coil_process_wait(child), 0);
        coil__fault_arm(FAULT_SYS, 0, false);
        coil_process_unref(child);
        CHECK(!kit_has_children());
    }
}

DRIVER_LOOP_TEST(whatever_fails_while_it_is_given_up_it_is_reaped)
{
    for (uint64_t k = 1; k <= 12; k++) {
        struct coil_process *child = start_piped("exec sleep 1000");
        int pid = coil_process_pid(child);

        coil_yield();
        coil__fault_arm(FAULT_SYS, k, false);
        coil_process_unref(child);
        await_end_of(pid);
        coil__fault_arm(FAULT_SYS, 0, false);
    }
    CHECK(!kit_has_children());
}

DRIVER_TEST(whatever_fails_while_the_loop_closes_they_are_reaped)
{
    for (uint64_t k = 1; k <= 30; k++) {
        struct coil_loop *loop = open_any();
        struct coil_future *task =
            coil_create_task_with(leaves_children, NULL, &(struct coil_task_options){.loop = loop});

        CHECK_EQ(coil_loop_run_until_complete(loop, task).status, 0); /* not in a task */
        coil_future_unref(task);
        coil__fault_arm(FAULT_SYS, k, false);
        coil_loop_close(loop);
        coil__fault_arm(FAULT_SYS, 0, false);
        for (int i = 0; i < 3; i++)
            coil_process_unref(left[i]);
        CHECK(!kit_has_children());
    }
}

DRIVER_LOOP_TEST(a_hundred_children_at_once)
{
    int usual = kit_effort(100) / kit_slowness(), n = usual > 10 ? usual : 10;
    struct coil_process *children[100];

    for (int i = 0; i < n; i++) {
        char script[32];

        snprintf(script, sizeof(script), "exit %d", i);
        children[i] = start_plain(script);
    }
    for (int i = n - 1; i >= 0; i--)
        CHECK_EQ(run_to_end(children[i]), i);
    CHECK(!kit_has_children());
}
