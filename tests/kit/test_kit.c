/* The kit on itself: runs the tests of samples.c in their own program and reads its verdicts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"

/* What the sample program said and how it ended. */
static char output[16384];
static int status;

static void run_sample(const char *arguments)
{
    char command[1024];
    size_t length;
    FILE *pipe;

    snprintf(command, sizeof(command), "%s %s 2>&1", KIT_SAMPLES, arguments);
    pipe = popen(command, "r");
    CHECK(pipe != NULL);
    length = fread(output, 1, sizeof(output) - 1, pipe);
    output[length] = '\0';
    status = WEXITSTATUS(pclose(pipe));
}

static void expect_failure(const char *name, const char *words)
{
    char first[100];

    run_sample(name);
    snprintf(first, sizeof(first), "FAIL %s\n", name);
    CHECK_HAS(output, first);
    CHECK_HAS(output, words);
    CHECK_HAS(output, "\n0 passed, 1 failed\n");
    CHECK_EQ(status, 1);
}

TEST(a_passing_test_passes_and_its_output_is_hidden)
{
    run_sample("passes");
    CHECK_STR(output, "ok   passes\n1 passed, 0 failed\n");
    CHECK_EQ(status, 0);
}

TEST(a_failing_check_fails_with_place_and_words)
{
    expect_failure("fails_a_check", "samples.c:");
    CHECK_HAS(output, "CHECK(1 + 1 == 3) does not hold");
    CHECK_HAS(output, "this is to be seen\n");
}

TEST(a_failing_equality_shows_both_sides)
{
    expect_failure("fails_an_equality", "-110 ETIMEDOUT is not 0");
}

TEST(a_failing_string_shows_both_sides)
{
    expect_failure("fails_a_string", "\"left\"\nis not\n    \"right\"");
}

TEST(a_check_that_fails_in_a_thread_fails_the_test)
{
    expect_failure("fails_in_a_thread", "from a thread, 7");
}

TEST(a_leaked_descriptor_fails_and_is_named)
{
    expect_failure("leaves_a_descriptor", "/dev/zero");
}

TEST(a_leftover_child_fails)
{
    expect_failure("leaves_a_child", "left behind: a child process");
}

TEST(descriptors_and_children_are_counted)
{
    int before = kit_count_descriptors(), fd = dup(STDIN_FILENO);
    pid_t child;

    CHECK(before >= 3 && !kit_has_children());
    CHECK_EQ(kit_count_descriptors(), before + 1);
    close(fd);
    CHECK_EQ(kit_count_descriptors(), before);
    child = fork();
    if (child == 0)
        _exit(5);
    CHECK(kit_has_children());
    CHECK(kit_has_children()); /* none is reaped by asking */
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(WEXITSTATUS(status), 5);
    CHECK(!kit_has_children());
}

TEST(a_limit_of_descriptors_is_the_kernels_until_it_is_given_back)
{
    int usual = dup(0), ends[2], fd;

    close(usual); /* the lowest that is free */
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    kit_limit_descriptors(usual + 3);
    fd = dup(0);
    CHECK_EQ(fd, usual + 2);
    CHECK_EQ(dup(0), -1);
    CHECK_EQ(errno, EMFILE);
    CHECK_EQ(write(ends[0], "x", 1), 1); /* what is open, is */
    kit_unlimit_descriptors();
    CHECK_EQ(dup2(0, 100), 100);
    close(100);
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

TEST(a_leftover_grandchild_fails)
{
    expect_failure("leaves_a_grandchild", "left processes behind");
}

static void expect_files_gone(const char *name, const char *words)
{
    char *folder, *end;

    expect_failure(name, words);
    folder = strstr(output, "in /");
    CHECK(folder != NULL);
    folder += strlen("in ");
    end = strstr(folder, "/folder");
    CHECK(end != NULL);
    *end = '\0';
    CHECK_HAS(folder, "/coil-test-");
    CHECK_EQ(access(folder, F_OK), -1);
}

TEST(files_of_a_test_go_with_it)
{
    expect_files_gone("leaves_files_and_fails", "here");
    expect_files_gone("leaves_files_and_dies", "died of Killed");
    expect_files_gone("leaves_files_of_a_child", "here");
}

TEST(files_of_a_test_are_where_the_environment_says)
{
    const char *nowhere = "/proc/none"; /* short, however deep $TMPDIR is */

    setenv("TMPDIR", nowhere, 1);
    expect_failure("leaves_files_and_fails", "cannot make a folder in ");
    CHECK_HAS(output, nowhere);
}

TEST(a_long_place_for_temporary_files_is_none_for_sockets)
{
    char place[100] = "/tmp/";

    memset(place + 5, 'x', 80);
    setenv("TMPDIR", place, 1);
    expect_files_gone("leaves_files_and_fails", "in /tmp/coil-test-");
}

TEST(a_hanging_test_is_killed)
{
    expect_failure("hangs", "did not end in time");
}

TEST(a_test_that_dies_fails)
{
    run_sample("dies");
    CHECK_HAS(output, "FAIL dies\n");
    CHECK_EQ(status, 1);
}

TEST(a_test_that_exits_fails)
{
    expect_failure("exits", "left by exit instead of returning");
}

TEST(a_skipped_test_is_counted_with_its_reason)
{
    run_sample("skips");
    CHECK_STR(output, "skip skips: no such thing here\n0 passed, 0 failed, 1 skipped\n");
    CHECK_EQ(status, 0);
}

TEST(sigint_is_deliverable_in_a_test)
{
    /* Even where the shell that started us ignores it, as for a job in the background. */
    expect_failure("is_interrupted_as_by_a_terminal", "died of Interrupt");
}

TEST(standard_input_is_empty)
{
    run_sample("reads_nothing </dev/zero");
    CHECK_STR(output, "ok   reads_nothing\n1 passed, 0 failed\n");
    run_sample("reads_nothing <&-");
    CHECK_STR(output, "ok   reads_nothing\n1 passed, 0 failed\n");
}

TEST(an_expected_abort_with_its_words_passes)
{
    run_sample("aborts_as_told");
    CHECK_STR(output, "ok   aborts_as_told\n1 passed, 0 failed\n");
}

TEST(an_expected_abort_with_other_words_fails)
{
    expect_failure("aborts_with_other_words", "died without saying \"the very words\"");
}

TEST(an_expected_abort_that_does_not_come_fails)
{
    expect_failure("does_not_abort", "was to die of Aborted, and did not");
}

TEST(a_driver_test_is_a_test_per_driver)
{
    run_sample("--list 'names_its_driver*'");
    CHECK_STR(output, "names_its_driver/epoll\nnames_its_driver/sim\nnames_its_driver/uring\n");
    run_sample("names_its_driver/epoll");
    CHECK_HAS(output, "driver epoll\n");
    run_sample("names_its_driver/sim");
    CHECK_HAS(output, "driver sim\n");
}

TEST(the_environment_narrows_the_drivers)
{
    setenv("KIT_DRIVERS", "sim", 1);
    run_sample("--list");
    CHECK_HAS(output, "names_its_driver/sim\n");
    CHECK(strstr(output, "epoll") == NULL);
}

TEST(a_program_without_a_test_for_the_driver_runs_none)
{
    setenv("KIT_DRIVERS", "sim", 1);
    run_sample("names_its_driver/epoll");
    CHECK_STR(output, "0 passed, 0 failed\n");
    CHECK_EQ(status, 0);
}

TEST(patterns_select_tests)
{
    run_sample("--list 'fails_a*' skips");
    CHECK_STR(output, "fails_a_check\nfails_an_equality\nfails_a_string\nskips\n");
}

TEST(an_unknown_name_is_an_error)
{
    run_sample("no_such_test");
    CHECK_HAS(output, "no test of that name");
    CHECK_EQ(status, 2);
}

TEST(one_failure_fails_the_whole_run)
{
    run_sample("passes fails_a_check skips");
    CHECK_HAS(output, "\n1 passed, 1 failed, 1 skipped\n");
    CHECK_EQ(status, 1);
}
