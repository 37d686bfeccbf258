/* Talking to a child without ever blocking it, or being blocked. */
#include <signal.h>

#include "base/fault.h"
#include "unit/io/programs.h"

static char *big(size_t size)
{
    char *data = malloc(size);

    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i * 7 + i / 999);
    return data;
}

DRIVER_LOOP_TEST(what_goes_in_comes_out)
{
    struct coil_process *child = start_piped("cat; echo done >&2; exit 2");
    struct coil_output output;

    CHECK_EQ(coil_process_communicate(child, "some words", 10, &output), 2);
    CHECK_STR(output.out, "some words");
    CHECK_EQ(output.out_size, 10);
    CHECK_STR(output.err, "done\n");
    CHECK_EQ(output.err_size, 5);
    coil_output_free(&output);
    CHECK_PTR(output.out, NULL);
    coil_output_free(&output);
    coil_process_unref(child);
}

/* More than pipes hold, all three ways at once. */
DRIVER_LOOP_TEST(much_data_both_ways_is_no_deadlock)
{
    size_t size = 3u << 20;
    struct coil_process *child = start_piped("tee /dev/stderr");
    struct coil_output output;
    char *data = big(size);

    CHECK_EQ(coil_process_communicate(child, data, size, &output), 0);
    CHECK_EQ(output.out_size, size);
    CHECK_EQ(output.err_size, size);
    CHECK(memcmp(output.out, data, size) == 0);
    CHECK(memcmp(output.err, data, size) == 0);
    coil_output_free(&output);
    coil_process_unref(child);
    free(data);
}

DRIVER_LOOP_TEST(a_child_that_does_not_read_is_no_error)
{
    size_t size = 1u << 20;
    struct coil_output output;
    char *data = big(size);
    struct coil_process *child = start_piped("exec <&-; echo no thanks; exit 6");

    CHECK_EQ(coil_process_communicate(child, data, size, &output), 6);
    CHECK_STR(output.out, "no thanks\n");
    coil_output_free(&output);
    coil_process_unref(child);
    child = start_piped("read x; exit 1");
    CHECK_EQ(coil_process_communicate(child, data, size, &output), 1);
    coil_output_free(&output);
    coil_process_unref(child);
    free(data);
}

DRIVER_LOOP_TEST(a_child_that_closes_its_pipes_early_is_waited_for)
{
    struct coil_process *child = start_piped("exec >&- 2>&-; read x; exit 4");
    struct coil_output output;

    CHECK_EQ(coil_process_communicate(child, "go\n", 3, &output), 4);
    CHECK_STR(output.out, "");
    CHECK_EQ(output.out_size, 0);
    coil_output_free(&output);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(without_input_the_child_sees_the_end)
{
    struct coil_output output;
    struct coil_process *child = start_piped("cat; echo end");

    CHECK_EQ(coil_process_communicate(child, NULL, 0, &output), 0);
    CHECK_STR(output.out, "end\n");
    coil_output_free(&output);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(without_pipes_it_only_waits)
{
    struct coil_output output;
    struct coil_process *child = start_plain("exit 3");

    CHECK_EQ(coil_process_communicate(child, NULL, 0, &output), 3);
    CHECK_PTR(output.out, NULL);
    CHECK_PTR(output.err, NULL);
    coil_output_free(&output);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(what_was_read_before_is_not_told_again)
{
    struct coil_process *child = start_piped("echo one; echo two");
    struct coil_output output;
    char *line;

    CHECK_EQ(coil_stream_readline(coil_process_stdout(child), &line), 4);
    CHECK_EQ(coil_process_communicate(child, NULL, 0, &output), 0);
    CHECK_STR(output.out, "two\n");
    coil_output_free(&output);
    coil_process_unref(child);
}

DRIVER_LOOP_TEST(a_terminals_input_is_ended_by_hand)
{
    struct coil_process *child =
        start_with("stty -echo; echo up; cat; echo end",
                   (struct coil_process_options){.in = COIL_PTY, .out = COIL_PTY, .err = COIL_PTY});
    struct coil_output output;
    char *line;

    CHECK(coil_stream_readline(coil_process_stdout(child), &line) > 0);
    CHECK_EQ(coil_process_communicate(child, "words", 5, &output), 0);
    CHECK_STR(output.out, "wordsend\r\n");
    CHECK_PTR(output.err, NULL);
    coil_output_free(&output);
    coil_process_unref(child);
}

static coil_async struct coil_result talks(void *arg)
{
    static char input[200000];
    struct coil_output output;
    int status = coil_process_communicate(arg, input, sizeof(input), &output);

    coil_output_free(&output);
    return status < 0 ? coil_error(status) : coil_number(status);
}

DRIVER_LOOP_TEST(cancelled_at_any_moment_the_child_goes_on)
{
    char script[300];
    const char *told = kit_path("told");

    snprintf(script, sizeof(script),
             "echo begun; cat >/dev/null; until [ -e %s ]; do sleep 0.01; done; exit 8", told);
    for (int turns = 0; turns < 20; turns++) {
        struct coil_process *child = start_piped(script);
        struct coil_future *task = coil_create_task(talks, child);

        let_run(turns);
        coil_future_cancel(task, NULL);
        CHECK_EQ(coil_await(task).status, -ECANCELED);
        coil_future_unref(task);
        coil_stream_close(coil_process_stdin(child));
        CHECK_EQ(close(creat(told, 0600)), 0); /* or it could be faster than our turns */
        CHECK_EQ(run_to_end(child), 8);
        CHECK_EQ(unlink(told), 0);
    }
}

DRIVER_LOOP_TEST(a_timeout_around_it_leaves_nothing_behind)
{
    struct coil_process *child = start_piped("exec sleep 1000");
    struct coil_output output;
    struct coil_timeout limit;
    int64_t status;

    coil_timeout_enter(&limit, COIL_MS(2));
    status = coil_process_communicate(child, "x", 1, &output);
    CHECK_EQ(coil_timeout_exit(&limit, status), -ETIMEDOUT);
    coil_output_free(&output);
    CHECK_EQ(coil_process_stop(child, COIL_SECONDS(10)), 256 + SIGTERM);
    coil_process_unref(child);
}

/* Every allocation, then every system call, in turn. */
static coil_async void tortures(enum fault_kind kind)
{
    for (uint64_t k = 1;; k++) {
        struct coil_process *child = start_piped("exec cat");
        struct coil_output output;
        uint64_t count;
        int status;

        coil__fault_arm(kind, k, false);
        status = coil_process_communicate(child, "words", 5, &output);
        count = coil__fault_count(kind);
        coil__fault_arm(kind, 0, false);
        CHECK(status <= 0 && status != -ECANCELED);
        if (kind == FAULT_ALLOC)
            CHECK(status == 0 || status == -ENOMEM);
        coil_output_free(&output);
        coil_process_unref(child);
        await_no_children();
        if (count < k)
            break;
        CHECK(k < 200);
    }
}

DRIVER_LOOP_TEST(whatever_fails_the_rest_is_called_off)
{
    tortures(FAULT_ALLOC);
    tortures(FAULT_SYS);
}

DRIVER_LOOP_TEST(input_for_a_child_that_cannot_be_given_any_is_refused)
{
    static const char *const command[] = {"true", NULL};
    struct coil_output output;
    struct coil_process *child;

    CHECK_EQ(coil_create_subprocess_exec(command, NULL, &child), 0);
    CHECK_EQ(coil_process_communicate(child, "words", 5, &output), -EINVAL);
    CHECK_EQ(coil_process_communicate(child, NULL, 0, &output), 0);
    coil_output_free(&output);
    coil_process_unref(child);
}
