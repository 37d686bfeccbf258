/* Children in corners: of a parent without standard streams, silent ones, SIGCHLD listened to. */
#include <coil/file.h>
#include <coil/signals.h>

#include <fcntl.h>
#include <unistd.h>

#include "unit/io/programs.h"

/* Bit i of `mask`: our own standard stream i is closed for a while. */
static int kept[3];

static void close_ours(int mask)
{
    for (int i = 0; i < 3; i++) {
        kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
        CHECK(kept[i] > 2);
        if (mask & (1 << i))
            close(i);
    }
}

static void open_ours(int mask)
{
    for (int i = 0; i < 3; i++) {
        if (mask & (1 << i))
            dup2(kept[i], i);
        close(kept[i]);
    }
}

/* Then the ends of pipes have the numbers 0 to 2 here. */
DRIVER_LOOP_TEST(a_parent_without_standard_streams_has_children_with_them)
{
    for (int mask = 1; mask < 8; mask++) {
        struct coil_output output;
        struct coil_process *child;
        int status;

        close_ours(mask);
        child = start_piped("read x; echo got $x; echo bad >&2");
        status = coil_process_communicate(child, "word\n", 5, &output);
        coil_process_unref(child);
        open_ours(mask);
        CHECK_EQ(status, 0);
        CHECK_STR(output.out, "got word\n");
        CHECK_STR(output.err, "bad\n");
        coil_output_free(&output);
    }
}

DRIVER_LOOP_TEST(what_is_closed_here_is_closed_in_a_child_that_inherits_it)
{
    for (int mask = 1; mask < 8; mask++) {
        struct coil_process_options options = {
            .in = mask & 1 ? COIL_INHERIT : COIL_PIPE,
            .out = mask & 2 ? COIL_INHERIT : COIL_PIPE,
            .err = mask & 4 ? COIL_INHERIT : COIL_PIPE,
        };
        int status;

        close_ours(mask);
        status = run_to_end(
            start_with("n=0; for i in 0 1 2; do [ -e /proc/$$/fd/$i ] || n=$((n | 1 << i));"
                       "done; exit $n",
                       options));
        open_ours(mask);
        CHECK_EQ(status, mask);
    }
}

DRIVER_LOOP_TEST(a_child_that_closes_its_output_goes_on)
{
    struct coil_process *child = start_piped("exec >&- 2>&-; read x; exit 5");
    char data[4];

    CHECK_EQ(coil_stream_read(coil_process_stdout(child), data, sizeof(data)), 0);
    CHECK_EQ(coil_stream_read(coil_process_stderr(child), data, sizeof(data)), 0);
    CHECK_EQ(coil_process_returncode(child), COIL_RUNNING);
    CHECK_EQ(coil_stream_write(coil_process_stdin(child), "x\n", 2), 0);
    CHECK_EQ(run_to_end(child), 5);
}

DRIVER_LOOP_TEST(what_is_no_signal_is_refused_and_the_child_lives)
{
    struct coil_process *child = start_plain("exec sleep 1000");

    CHECK_EQ(coil_process_signal(child, 0), 0); /* only asks */
    CHECK_EQ(coil_process_signal(child, -1), -EINVAL);
    CHECK_EQ(coil_process_signal(child, 4096), -EINVAL);
    CHECK_EQ(coil_process_returncode(child), COIL_RUNNING);
    CHECK_EQ(coil_process_kill(child), 0);
    CHECK_EQ(coil_process_wait(child), 256 + SIGKILL);
    CHECK_EQ(coil_process_signal(child, 0), -ESRCH);
    coil_process_unref(child);
}

static void count(int number, void *arg)
{
    (void)number;
    ++*(int *)arg;
}

DRIVER_LOOP_TEST(who_listens_to_sigchld_takes_no_childs_end_away)
{
    struct coil_loop *loop = coil_loop_current();
    int heard_of = 0;

    CHECK_EQ(coil_loop_add_signal_handler(loop, SIGCHLD, count, &heard_of), 0);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(run_to_end(start_plain("exit 4")), 4);
    while (heard_of == 0)
        coil_sleep(COIL_US(100));
    CHECK(coil_loop_remove_signal_handler(loop, SIGCHLD));
}

DRIVER_LOOP_TEST(a_child_may_signal_its_parent)
{
    char script[64];

    CHECK_EQ(coil_loop_add_signal_handler(coil_loop_current(), SIGUSR1, NULL, NULL), 0);
    snprintf(script, sizeof(script), "kill -USR1 %d", (int)getpid());
    CHECK_EQ(run_to_end(start_plain(script)), 0);
    CHECK_EQ(coil_signal_wait(SIGUSR1), SIGUSR1);
    CHECK(coil_loop_remove_signal_handler(coil_loop_current(), SIGUSR1));
}
