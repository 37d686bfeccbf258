/* Forks by the program itself: the child has loops of its own, and the parent's go on. */
#include <pthread.h>
#include <sys/wait.h>

#include <coil/file.h>

#include "mach/switch.h"
#include "unit/io/programs.h"
#include "unit/io/sockets.h"
#include "unit/io/streams.h"

static void need_threads_after_fork(void)
{
#ifdef MACH_TSAN
    SKIP("the thread sanitizer follows no new threads after a fork");
#endif
}

/* A bit of everything that a loop does. */
static coil_async struct coil_result lives(void *arg)
{
    char data[4];
    int pipe[2];

    (void)arg;
    CHECK_EQ(coil_pipe(pipe), 0);
    CHECK_EQ(coil_write(pipe[1], "abc", 3), 0);
    CHECK_EQ(coil_read(pipe[0], data, sizeof(data)), 3);
    coil_close(pipe[0]);
    coil_close(pipe[1]);
    CHECK_EQ(coil_sleep(COIL_US(10)), 0);
    CHECK_EQ(run_to_end(start_plain("exit 3")), 3);
    return coil_number(42);
}

static void *lives_in_a_thread(void *arg)
{
    *(int64_t *)arg = coil_run(lives, NULL).status;
    return NULL;
}

static int exit_status(pid_t child)
{
    int status;

    CHECK_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

DRIVER_TEST(a_child_runs_loops_though_its_parent_has_one)
{
    struct coil_loop *loop = open_any();
    pid_t child;

    need_threads_after_fork();
    CHECK_EQ(coil_run(lives, NULL).status, 42);
    child = fork();
    if (child == 0)
        _exit((int)coil_run(lives, NULL).status);
    CHECK_EQ(exit_status(child), 42);
    CHECK_EQ(coil_run(lives, NULL).status, 42);
    coil_loop_close(loop);
}

/* In the thread of the coroutine the parent's loop is in the way; another one has none. */
DRIVER_LOOP_TEST(a_child_of_a_coroutine_runs_loops_in_its_threads)
{
    struct ends ends = tcp_ends();
    char data[4];
    pid_t child;

    need_threads_after_fork();
    child = fork();
    if (child == 0) {
        int64_t status = 0;
        pthread_t thread;

        if (pthread_create(&thread, NULL, lives_in_a_thread, &status) == 0)
            pthread_join(thread, NULL);
        _exit((int)status);
    }
    CHECK_EQ(exit_status(child), 42);
    CHECK_EQ(coil_sock_sendall(ends.near, "x", 1), 0);
    CHECK_EQ(coil_sock_recv(ends.far, data, sizeof(data)), 1);
    close_ends(&ends);
}

/* It shares what we wait on, until it ends. */
DRIVER_LOOP_TEST(a_child_that_ends_disturbs_no_connection)
{
    struct both both = open_both(NULL);
    struct coil_timeout limit;
    char data[4];
    pid_t child;

    coil_timeout_enter(&limit, COIL_MS(1)); /* from now on it is watched */
    CHECK_EQ(coil_timeout_exit(&limit, coil_stream_read(both.far, data, sizeof(data))), -ETIMEDOUT);
    child = fork();
    if (child == 0)
        _exit(0);
    CHECK_EQ(exit_status(child), 0);
    CHECK_EQ(coil_stream_write(both.near, "abc", 3), 0);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 3);
    CHECK_EQ(coil_stream_write_eof(both.near), 0);
    CHECK_EQ(coil_stream_read(both.far, data, sizeof(data)), 0);
    unref_both(&both);
}
