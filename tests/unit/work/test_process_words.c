/* What workers write to stderr and stdout. */
#include <fcntl.h>
#include <signal.h>

#include "pool_jobs.h"

static struct coil_result say_much(void *unused)
{
    char line[64];

    (void)unused;
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\n';
    for (int i = 0; i < 16384; i++)
        fwrite(line, 1, sizeof(line), stderr);
    fprintf(stderr, "the last line\n");
    return coil_number(0);
}

TEST(megabyte_on_stderr_comes_through)
{
    struct coil_executor *pool = open_processes(1);
    char *text;

    errors_begin();
    CHECK_EQ(status_of(give(pool, say_much, 0)), 0);
    coil_executor_close(pool);
    text = errors_end();
    CHECK_EQ(strlen(text), 16384 * 64 + strlen("the last line\n"));
    free(text);
}

static struct coil_result say_much_and_die(void *unused)
{
    say_much(unused);
    raise(SIGKILL);
    return coil_number(0);
}

TEST(last_words_are_the_last_two_kilobytes)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job;

    errors_begin();
    job = give(pool, say_much_and_die, 0);
    CHECK_EQ(wait_for(job).status, -COIL_EDIED);
    CHECK_HAS(text_of(job), "xx\nthe last line");
    CHECK(strlen(text_of(job)) > 2000 && strlen(text_of(job)) < 2600);
    coil_cfuture_unref(job);
    free(errors_end());
    coil_executor_close(pool);
}

static struct coil_result print_text(void *text)
{
    printf("%s", (char *)text);
    return coil_number(0);
}

TEST(what_a_job_prints_is_out_when_it_is_done)
{
    struct coil_executor *pool;
    int pipes[2], saved = dup(1);
    char text[16] = "";

    CHECK_EQ(pipe(pipes), 0);
    dup2(pipes[1], 1);
    pool = open_processes(1);
    dup2(saved, 1);
    CHECK_EQ(status_of(coil_executor_submit_bytes(pool, print_text, "printed", 8)), 0);
    CHECK_EQ(read(pipes[0], text, sizeof(text)), 7);
    CHECK_STR(text, "printed");
    coil_executor_close(pool);
    close(saved);
    close(pipes[0]);
    close(pipes[1]);
}

static struct coil_result say(void *text)
{
    fprintf(stderr, "%s\n", (char *)text);
    return coil_number(0);
}

static struct coil_result die_silently(void *unused)
{
    (void)unused;
    raise(SIGKILL);
    return coil_number(0);
}

TEST(words_of_jobs_before_are_no_last_words)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job;
    int pipes[2], saved = dup(2);
    char text[16];

    CHECK_EQ(pipe(pipes), 0);
    dup2(pipes[1], 2);
    CHECK_EQ(status_of(coil_executor_submit_bytes(pool, say, "earlier", 8)), 0);
    CHECK_EQ(read(pipes[0], text, sizeof(text)), 8); /* they have come through */
    job = give(pool, die_silently, 0);
    CHECK_EQ(wait_for(job).status, -COIL_EDIED);
    CHECK(strstr(text_of(job), "it said") == NULL);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
    dup2(saved, 2);
    close(saved);
    close(pipes[0]);
    close(pipes[1]);
}

/* Our stderr is a pipe that nobody reads: the worker's words wait, and no job does. */
TEST(stderr_that_is_full_holds_up_no_result)
{
    struct coil_executor *pool = open_processes(2);
    struct coil_cfuture *talker;
    int pipes[2], saved = dup(2);
    char text[4096];
    size_t have = 0;

    CHECK_EQ(pipe(pipes), 0);
    dup2(pipes[1], 2);
    close(pipes[1]);
    talker = give(pool, say_much, 0);
    await_running(talker);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(status_of(give(pool, double_it, i)), 2 * i);
    CHECK(!coil_cfuture_done(talker));
    while (have < 16384 * 64 + strlen("the last line\n")) {
        ssize_t n = read(pipes[0], text, sizeof(text));

        CHECK(n > 0);
        have += (size_t)n;
    }
    CHECK_EQ(status_of(talker), 0);
    coil_executor_close(pool);
    dup2(saved, 2);
    close(saved);
    close(pipes[0]);
}
