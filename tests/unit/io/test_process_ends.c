/* Children whose end is not the end of all they began, or not their end yet. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "unit/io/programs.h"

/* A script whose own child, which will be ours, says the last word. */
static struct coil_process *start_parent(const char *script)
{
    CHECK_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    return start_piped(script);
}

static void bury_its_child(struct coil_process *parent)
{
    coil_process_unref(parent);
    CHECK(waitpid(-1, NULL, 0) > 0);
}

DRIVER_LOOP_TEST(its_end_is_told_though_a_child_of_its_own_holds_the_pipes)
{
    struct coil_process *child = start_parent("exec 3<&0; (read x <&3; echo $x) & exit 3");
    char *line;

    CHECK_EQ(coil_process_wait(child), 3);
    CHECK_EQ(coil_process_returncode(child), 3);
    CHECK_EQ(coil_stream_write(coil_process_stdin(child), "late\n", 5), 0);
    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 5);
    CHECK_STR(line, "late\n");
    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 0);
    bury_its_child(child);
}

DRIVER_LOOP_TEST(communicate_hears_all_who_hold_the_output)
{
    struct coil_process *child = start_parent("exec 3<&0; (read x <&3; echo $x) & exit 5");
    struct coil_output output;

    CHECK_EQ(coil_process_wait(child), 5);
    CHECK_EQ(coil_process_communicate(child, "late\n", 5, &output), 5);
    CHECK_STR(output.out, "late\n");
    coil_output_free(&output);
    bury_its_child(child);
}

DRIVER_LOOP_TEST(what_it_wrote_is_there_after_its_end)
{
    struct coil_process *child =
        start_piped("i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); done");
    char *line;

    CHECK_EQ(coil_process_wait(child), 0);
    for (int i = 0; i < 3000; i++) {
        CHECK(coil_stream_readline(coil_process_stdout(child), &line) > 1);
        CHECK_EQ(atoi(line), i);
    }
    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 0);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(stopped_it_has_not_ended)
{
    struct coil_process *child = start_piped("echo up; read x; exit 7");
    struct coil_future *wait = coil_create_task(waits_for, child);
    char *line;

    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 3);
    CHECK_EQ(coil_process_signal(child, SIGSTOP), 0);
    CHECK_EQ(coil_stream_write(coil_process_stdin(child), "go\n", 3), 0);
    let_run(10);
    coil_sleep(COIL_MS(2));
    CHECK(!coil_future_done(wait));
    CHECK_EQ(coil_process_returncode(child), COIL_RUNNING);
    CHECK_EQ(coil_process_signal(child, SIGCONT), 0);
    CHECK_EQ(coil_join(wait).status, 7);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(its_end_is_known_though_nobody_waits)
{
    struct coil_process *child = start_plain("exit 9");

    while (coil_process_returncode(child) == COIL_RUNNING)
        coil_sleep(COIL_US(100));
    CHECK_EQ(coil_process_returncode(child), 9);
    CHECK_EQ(coil_process_kill(child), -ESRCH);
    CHECK_EQ(coil_process_wait(child), 9);
    CHECK_EQ(coil_process_wait(child), 9);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(ctrl_c_typed_into_its_terminal_interrupts_it)
{
    struct coil_process_options options = {
        .in = COIL_PTY, .out = COIL_PTY, .err = COIL_PTY, .new_session = true};
    struct coil_process *child = start_with("trap 'echo bye; exit 3' INT; stty -echo; echo up; "
                                            "while :; do read x; done",
                                            options);
    struct coil_stream *terminal = coil_process_stdin(child);
    char *line;

    CHECK_EQ(coil_stream_readline(terminal, &line), 4);
    CHECK_STR(line, "up\r\n");
    CHECK_EQ(coil_stream_write(terminal, "\003", 1), 0);
    do
        CHECK(coil_stream_readline(terminal, &line) > 0);
    while (strstr(line, "bye") == NULL);
    CHECK_EQ(run_to_end(child), 3);
}

DRIVER_LOOP_TEST(many_who_wait_are_told_the_same)
{
    struct coil_process *child = start_piped("read x; kill -TERM $$");
    struct coil_future *waits[5];

    for (int i = 0; i < 5; i++)
        waits[i] = coil_create_task(waits_for, child);
    let_run(2);
    coil_future_cancel(waits[2], NULL);
    CHECK_EQ(coil_stream_write(coil_process_stdin(child), "go\n", 3), 0);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(coil_join(waits[i]).status, i == 2 ? -ECANCELED : 256 + SIGTERM);
    CHECK_EQ(coil_process_returncode(child), -SIGTERM);
    CHECK_EQ(coil_process_terminate(child), -ESRCH);
    coil_process_unref(child);
}
