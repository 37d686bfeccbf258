/* Zygotes that end, programs that are none, and the end of the process they all belong to. */
#include <signal.h>

#include "pool_jobs.h"
#include "work/processes.h"

/* The worker's parent, once it has made its spare one, too; and that. */
static int zygote_of(struct coil_executor *pool, int *spare)
{
    int worker = (int)status_of(give(pool, tell_pid, 0)), zygote = parent_of(worker), children[8];

    CHECK(zygote > 0 && zygote != getpid());
    await_children(zygote, 2, children);
    *spare = children[0] == worker ? children[1] : children[0];
    return zygote;
}

/* ---- killed ---- */

TEST(spare_zygote_takes_over_when_the_other_is_killed)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job;
    int spare, next, again;

    adopt_orphans();
    for (int i = 0; i < 3; i++) {
        int zygote = zygote_of(pool, &spare);

        job = give(pool, compute_for_ever, 0);
        await_running(job);
        kill(zygote, SIGKILL);
        CHECK_EQ(wait_for(job).status, -COIL_EDIED);
        CHECK_HAS(text_of(job), "ended with its zygote, which ");
        CHECK_HAS(text_of(job), "while it ran fn");
        coil_cfuture_unref(job);
        next = zygote_of(pool, &again);
        CHECK_EQ(next, spare);
    }
    coil_executor_close(pool);
    bury_orphans();
}

TEST(how_the_first_zygote_ended_is_told)
{
    struct coil_executor *pool = open_processes(1);
    int spare, zygote = zygote_of(pool, &spare);
    struct coil_cfuture *job = give(pool, compute_for_ever, 0);

    adopt_orphans();
    await_running(job);
    kill(zygote, SIGKILL);
    CHECK_EQ(wait_for(job).status, -COIL_EDIED);
    CHECK_HAS(text_of(job), "which was killed by signal 9 (Killed)");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
    bury_orphans();
}

TEST(spare_zygote_that_is_killed_is_replaced)
{
    struct coil_executor *pool = open_processes(1);
    int spare, next, zygote = zygote_of(pool, &spare), pidfd = hold(spare);

    kill(spare, SIGKILL);
    await_end(pidfd);
    for (next = spare; next == spare;)
        CHECK_EQ(zygote_of(pool, &next), zygote);
    coil_executor_close(pool);
}

/* Stopped it makes no other spare one. */
TEST(pool_without_any_zygote_says_so)
{
    struct coil_executor *pool = open_processes(1);
    int spare, zygote = zygote_of(pool, &spare), pidfd = hold(spare);
    struct coil_cfuture *job = give(pool, compute_for_ever, 0);

    adopt_orphans();
    await_running(job);
    kill(zygote, SIGSTOP);
    kill(spare, SIGKILL);
    await_end(pidfd);
    kill(zygote, SIGKILL);
    CHECK_EQ(status_of(job), -COIL_EDIED);
    job = give(pool, double_it, 1);
    CHECK_EQ(wait_for(job).status, -COIL_EDIED);
    CHECK_HAS(text_of(job), "no worker can be made any more: the pool's zygote ");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
    bury_orphans();
}

TEST(stopped_zygote_does_not_hold_up_the_end)
{
    struct coil_executor *pool = open_processes(1);
    int spare, zygote = zygote_of(pool, &spare);

    adopt_orphans();
    kill(zygote, SIGSTOP);
    coil_executor_close(pool);
    bury_orphans();
}

/* ---- the parent's end ---- */

enum { FAMILY = 4 };

/* Has a pool with two workers that never end, and tells who all belong to it. */
static _Noreturn void be_parent(int out)
{
    struct coil_executor *pool = open_processes(2);
    int spare, family[FAMILY];

    family[0] = zygote_of(pool, &spare);
    family[1] = spare;
    await_running(give(pool, compute_for_ever, 0));
    await_running(give(pool, compute_for_ever, 0));
    CHECK_EQ(coil_process_pool_pids(pool, family + 2, 2), 2);
    if (fork() == 0) /* a copy of us that holds all our descriptors keeps nobody alive */
        for (;;)
            pause();
    CHECK_EQ(write(out, family, sizeof(family)), sizeof(family));
    for (;;)
        pause();
}

static void check_family_ends(int signal_number)
{
    int pipes[2], family[FAMILY], holds[FAMILY], copies[8];
    pid_t parent;

    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    adopt_orphans();
    CHECK_EQ(pipe(pipes), 0);
    parent = fork();
    if (parent == 0)
        be_parent(pipes[1]);
    close(pipes[1]);
    CHECK_EQ(read(pipes[0], family, sizeof(family)), sizeof(family));
    for (int i = 0; i < FAMILY; i++)
        holds[i] = hold(family[i]);
    kill(parent, signal_number);
    for (int i = 0; i < FAMILY; i++)
        await_end(holds[i]);
    CHECK_EQ(waitpid(parent, NULL, 0), parent);
    for (int i = children_of(getpid(), copies, 8); i-- > 0;)
        kill(copies[i], SIGKILL);
    bury_orphans();
    close(pipes[0]);
}

TEST(nobody_outlives_a_parent_that_is_killed)
{
    check_family_ends(SIGKILL);
}

TEST(nobody_outlives_a_parent_that_is_terminated)
{
    check_family_ends(SIGTERM);
}

/* ---- programs ---- */

/* What this program does as a worker's; as a test it does nothing. */
TEST(worker_program)
{
    const char *wish = getenv("COIL_PROCESS_WORKER") != NULL ? getenv("NEAR_WISH") : NULL;

    if (wish != NULL && strcmp(wish, "sleep") == 0)
        pause();
    if (wish != NULL && strcmp(wish, "threads") == 0)
        open_thread();
    coil_process_worker();
}

static struct coil_executor *open_program(const char *path)
{
    const char *program[] = {path, "--here", "worker_program", NULL};
    struct coil_process_pool_options options = {.workers = 1, .program = program};

    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    return coil_process_pool_open(&options);
}

TEST(program_is_started_though_there_are_threads)
{
    struct coil_thread *thread = open_thread();
    struct coil_executor *pool = open_program("/proc/self/exe");
    struct coil_cfuture *job;

    CHECK(pool != NULL);
    for (int i = 0; i < 3; i++) {
        job = coil_executor_submit_symbol(pool, "abort", "", 0);
        CHECK_EQ(wait_for(job).status, -COIL_EDIED);
        CHECK_HAS(text_of(job), "was killed by signal 6 (Aborted) while it ran abort");
        coil_cfuture_unref(job);
    }
    job = give(pool, double_it, 1); /* a static function: no program has it by name */
    CHECK_EQ(wait_for(job).status, -ENOSYS);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
    coil_thread_close(thread);
}

TEST(program_has_a_spare_zygote_too)
{
    struct coil_executor *pool = open_program("/proc/self/exe");
    struct coil_cfuture *job;
    int pid, children[8];

    adopt_orphans();
    for (int i = 0; i < 3; i++) {
        job = coil_executor_submit_symbol(pool, "pause", "", 0);
        await_running(job);
        CHECK_EQ(coil_process_pool_pids(pool, &pid, 1), 1);
        await_children(parent_of(pid), 2, children);
        kill(parent_of(pid), SIGKILL);
        CHECK_EQ(wait_for(job).status, -COIL_EDIED);
        CHECK_HAS(text_of(job), "ended with its zygote");
        coil_cfuture_unref(job);
    }
    coil_executor_close(pool);
    bury_orphans();
}

TEST(program_that_does_not_exist_is_told_at_once)
{
    CHECK_PTR(open_program("/no/such/program"), NULL);
    CHECK_EQ(errno, ENOENT);
    CHECK_PTR(open_program(NULL), NULL);
    CHECK_EQ(errno, EINVAL);
}

TEST(program_that_is_no_worker_is_told_by_its_jobs)
{
    struct coil_executor *pool = open_program("true");
    struct coil_cfuture *job;

    for (int i = 0; i < 2; i++) {
        job = give(pool, double_it, 1);
        CHECK_EQ(wait_for(job).status, -COIL_EDIED);
        CHECK_HAS(text_of(job), "true did not call coil_process_worker; it exited with code 0");
        coil_cfuture_unref(job);
    }
    coil_executor_close(pool);
}

TEST(program_that_only_waits_is_given_up)
{
    struct coil_executor *pool;
    struct coil_cfuture *job;

    coil__processes_hello_ns = COIL_MS(50);
    pool = open_program("/proc/self/exe");
    CHECK(pool != NULL);
    coil_executor_close(pool);
    setenv("NEAR_WISH", "sleep", 1);
    pool = open_program("/proc/self/exe");
    unsetenv("NEAR_WISH");
    job = give(pool, double_it, 1);
    CHECK_EQ(wait_for(job).status, -ETIMEDOUT);
    CHECK_HAS(text_of(job), "cannot make workers");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(program_with_threads_is_told)
{
    struct coil_executor *pool;
    struct coil_cfuture *job;

    setenv("NEAR_WISH", "threads", 1);
    pool = open_program("/proc/self/exe");
    job = give(pool, double_it, 1);
    CHECK_EQ(wait_for(job).status, -COIL_ETHREADS);
    CHECK_HAS(text_of(job), "cannot make workers");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(status_is_told_in_words)
{
    char text[96];

    coil__process_describe_status(3 << 8, text, sizeof(text));
    CHECK_STR(text, "exited with code 3");
    coil__process_describe_status(SIGSEGV, text, sizeof(text));
    CHECK_STR(text, "was killed by signal 11 (Segmentation fault)");
}
