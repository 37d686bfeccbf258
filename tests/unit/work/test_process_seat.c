/* Workers that end, and what becomes of their jobs. */
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include "pool_jobs.h"

static void stays_usable(struct coil_executor *pool)
{
    CHECK_EQ(status_of(give(pool, double_it, 4)), 8);
}

static void check_death(struct coil_cfuture *job, const char *how)
{
    CHECK_EQ(wait_for(job).status, -COIL_EDIED);
    CHECK_HAS(text_of(job), how);
    coil_cfuture_unref(job);
}

/* ---- jobs that end their worker ---- */

TEST(worker_that_is_killed_fails_its_job_and_is_replaced)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, compute_for_ever, 0);
    int pid;

    await_running(job);
    CHECK_EQ(coil_process_pool_pids(pool, &pid, 1), 1);
    kill(pid, SIGKILL);
    check_death(job, "was killed by signal 9 (Killed) while it ran fn");
    stays_usable(pool);
    coil_executor_close(pool);
}

TEST(job_that_exits_is_told_with_its_code_and_last_words)
{
    struct coil_executor *pool;
    struct coil_cfuture *job;

    if (kit_slowness() > 1)
        SKIP("a leak checker speaks last, and has a code of its own");
    pool = open_processes(1);
    errors_begin();
    job = give(pool, exit_with, 7);
    check_death(job, "exited with code 7 while it ran fn; it said: farewell");
    stays_usable(pool);
    coil_executor_close(pool);
    free(errors_end());
}

/* A sanitizer tells of faults at length, by a process of its own perhaps, and exits. */
TEST(job_that_crashes_is_told_with_its_signal)
{
    struct coil_executor *pool = open_processes(1);

    adopt_orphans();
    errors_begin();
    check_death(give(pool, kill_self, SIGABRT), "was killed by signal 6 (Aborted)");
    check_death(give(pool, kill_self, SIGTERM), "was killed by signal 15 (Terminated)");
    CHECK_EQ(status_of(give(pool, kill_self, SIGSEGV)), -COIL_EDIED);
    stays_usable(pool);
    coil_executor_close(pool);
    bury_orphans();
    free(errors_end());
}

static struct coil_result overflow(void *number)
{
    volatile signed char room[512];

    room[0] = (signed char)*(int64_t *)number;
    return coil_number(room[0] + (room[0] < 0 ? 0 : overflow(number).status));
}

TEST(job_that_overflows_its_stack_says_so)
{
    struct coil_executor *pool;
    struct coil_cfuture *job;

    if (kit_under_valgrind() || kit_slowness() > 1)
        SKIP("the tool itself tells of overflows");
    pool = open_processes(1);
    errors_begin();
    job = give(pool, overflow, 0);
    check_death(job, "stack overflow");
    stays_usable(pool);
    coil_executor_close(pool);
    free(errors_end());
}

static struct coil_result leave_thread(void *unused)
{
    (void)unused;
    pthread_exit(NULL);
}

TEST(job_that_ends_its_thread_ends_its_worker)
{
    struct coil_executor *pool;
    struct coil_cfuture *job;

    if (UNDER_TSAN)
        SKIP("TSan allows no pthread_exit on a coroutine's stack");
    pool = open_processes(1);
    errors_begin();
    job = give(pool, leave_thread, 0);
    check_death(job, "exited with code 0 while it ran fn; it said: ");
    stays_usable(pool);
    coil_executor_close(pool);
    free(errors_end());
}

TEST(job_that_always_kills_its_worker_fails_each_time)
{
    struct coil_executor *pool = open_processes(1);

    for (int i = 0; i < 20; i++)
        check_death(give(pool, kill_self, SIGKILL), "was killed by signal 9");
    stays_usable(pool);
    coil_executor_close(pool);
}

TEST(death_costs_only_the_jobs_of_its_worker)
{
    struct coil_executor *pool = open_processes(2);
    struct coil_cfuture *other = give(pool, compute_until_told, 0);

    await_running(other);
    check_death(give(pool, kill_self, SIGKILL), "was killed");
    CHECK(!coil_cfuture_done(other));
    coil_cfuture_cancel(other);
    CHECK_EQ(status_of(other), 42);
    coil_executor_close(pool);
}

TEST(queued_jobs_outlive_the_worker_before_them)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *jobs[10];

    for (int i = 0; i < 10; i++)
        jobs[i] = i % 3 == 0 ? give(pool, kill_self, SIGKILL) : give(pool, double_it, i);
    for (int i = 0; i < 10; i++)
        CHECK_EQ(status_of(jobs[i]), i % 3 == 0 ? -COIL_EDIED : 2 * i);
    coil_executor_close(pool);
}

TEST(idle_worker_that_is_killed_is_replaced)
{
    struct coil_executor *pool = open_processes(1);
    int pid = (int)status_of(give(pool, tell_pid, 0)), pidfd = hold(pid);

    kill(pid, SIGKILL);
    await_end(pidfd);
    for (int64_t now = pid; now == pid;) {
        now = status_of(give(pool, tell_pid, 0));
        CHECK(now > 0 || now == -COIL_EDIED); /* given before anybody knew */
    }
    coil_executor_close(pool);
}

/* ---- jobs that fork ---- */

/* The child holds whatever it has inherited, and comes back as the job did. */
static struct coil_result fork_and_return(void *unused)
{
    (void)unused;
    return coil_number(fork() == 0 ? -EIO : 5);
}

static struct coil_result fork_and_stay(void *unused)
{
    pid_t pid = fork();

    (void)unused;
    while (pid == 0)
        pause();
    return coil_number(pid);
}

/* By the system call alone: nobody is told, so its child keeps all it has inherited. */
static struct coil_result fork_and_die(void *fd)
{
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    while (pid == 0)
        pause();
    CHECK_EQ(write((int)*(int64_t *)fd, &pid, sizeof(pid)), sizeof(pid));
    _exit(3);
}

TEST(child_of_a_job_does_not_answer_for_it)
{
    struct coil_executor *pool = open_processes(1);

    adopt_orphans();
    for (int i = 0; i < 5; i++)
        CHECK_EQ(status_of(give(pool, fork_and_return, 0)), 5);
    stays_usable(pool);
    coil_executor_close(pool);
    bury_orphans();
}

TEST(child_of_a_job_keeps_nothing_alive)
{
    struct coil_executor *pool = open_processes(1);
    int64_t child = status_of(give(pool, fork_and_stay, 0));

    adopt_orphans();
    coil_executor_close(pool);
    CHECK_EQ(kill((pid_t)child, SIGKILL),
             0); /* it does not end with the pool, which is not its own */
    bury_orphans();
}

TEST(worker_that_died_is_missed_though_its_child_lives)
{
    struct coil_executor *pool;
    int pipes[2];
    pid_t child;

    CHECK_EQ(pipe(pipes), 0);
    dup2(pipes[1], 1); /* the one descriptor of ours that a worker has */
    pool = open_processes(1);
    adopt_orphans();
    check_death(give(pool, fork_and_die, 1), "exited with code 3");
    stays_usable(pool);
    coil_executor_close(pool);
    CHECK_EQ(read(pipes[0], &child, sizeof(child)), sizeof(child));
    CHECK_EQ(kill(child, SIGKILL), 0);
    bury_orphans();
    close(pipes[0]);
    close(pipes[1]);
}

static struct coil_result close_all(void *unused)
{
    (void)unused;
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    return coil_number(0);
}

/* What it came to is told by memory perhaps, before its worker knows. */
TEST(job_that_closes_everything_loses_its_worker_only)
{
    struct coil_executor *pool = open_processes(1);
    int pid = (int)status_of(give(pool, tell_pid, 0)), pidfd = hold(pid);
    int64_t status;

    errors_begin();
    status = status_of(give(pool, close_all, 0));
    await_end(pidfd);
    free(errors_end());
    CHECK(status == 0 || status == -COIL_EDIED);
    stays_usable(pool);
    coil_executor_close(pool);
}
