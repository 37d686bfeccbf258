/* The manager of a process pool, when there is too little of something. */
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include "base/fault.h"
#include "pool_jobs.h"
#include "work/processes.h"

/* From now on no descriptor can be made; the usual limit is returned. */
static rlim_t exhaust_descriptors(void)
{
    struct rlimit limit;
    rlim_t usual;
    int lowest = dup(1);

    close(lowest);
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    usual = limit.rlim_cur;
    limit.rlim_cur = (rlim_t)lowest;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return usual;
}

static void restore_descriptors(rlim_t usual)
{
    struct rlimit limit;

    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = usual;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(pool_without_descriptors_is_not_opened)
{
    rlim_t usual = exhaust_descriptors();
    struct coil_executor *pool = coil_process_pool_open(NULL);
    int error = errno;

    restore_descriptors(usual);
    CHECK_PTR(pool, NULL);
    CHECK_EQ(error, EMFILE);
}

TEST(without_descriptors_jobs_fail_and_later_ones_do_not)
{
    struct coil_executor *pool = open_processes(2);
    struct coil_cfuture *first = give(pool, compute_until_told, 0), *job;
    rlim_t usual;

    await_running(first);
    usual = exhaust_descriptors();
    job = give(pool, double_it, 4); /* waits: there is a worker, which will be free */
    coil_cfuture_cancel(first);
    CHECK_EQ(status_of(first), 42);
    CHECK_EQ(status_of(job), 8);
    restore_descriptors(usual);
    coil_executor_close(pool);
}

TEST(worker_that_cannot_be_started_is_told_after_some_tries)
{
    struct coil_process_pool_options options = {.workers = 1, .jobs_each = 1};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *job;
    rlim_t usual;

    CHECK_EQ(status_of(give(pool, double_it, 1)), 2);
    while (coil_process_pool_pids(pool, NULL, 0) > 0) /* it goes after its one job */
        sched_yield();
    usual = exhaust_descriptors();
    job = give(pool, double_it, 2);
    CHECK_EQ(wait_for(job).status, -EMFILE);
    restore_descriptors(usual);
    CHECK_HAS(text_of(job), "a worker could not be started");
    coil_cfuture_unref(job);
    CHECK_EQ(status_of(give(pool, double_it, 3)), 6);
    coil_executor_close(pool);
}

static struct coil_result make_bytes(void *size)
{
    return coil_value(coil_bytes_new((size_t) * (int64_t *)size));
}

TEST(result_that_needs_a_descriptor_fails_without_one)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job;
    rlim_t usual;

    CHECK_EQ(status_of(give(pool, double_it, 1)), 2);
    usual = exhaust_descriptors();
    job = give(pool, make_bytes, 1 << 20);
    CHECK_EQ(wait_for(job).status, -EMFILE);
    restore_descriptors(usual);
    CHECK_HAS(text_of(job), "no free descriptor");
    coil_cfuture_unref(job);
    CHECK_EQ(status_of(give(pool, make_bytes, 1 << 20)), 0);
    coil_executor_close(pool);
}

static struct coil_result begin_badly(void *unused)
{
    (void)unused;
    return coil_number(0);
}

static void exit_at_once(void *unused)
{
    (void)unused;
    fprintf(stderr, "cannot begin\n");
    _exit(9);
}

TEST(worker_that_never_begins_is_told_after_some_tries)
{
    struct coil_process_pool_options options = {.workers = 2, .begin = exit_at_once};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *job;

    errors_begin();
    job = give(pool, begin_badly, 0);
    CHECK_EQ(wait_for(job).status, -COIL_EDIED);
    CHECK_HAS(text_of(job), "exited with code 9");
    CHECK_HAS(text_of(job), "cannot begin");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
    free(errors_end());
}

/* ---- whatever fails, all ends ---- */

static void use_pool(void)
{
    struct coil_executor *pool =
        coil_process_pool_open(&(struct coil_process_pool_options){.workers = 1});
    int64_t status;

    if (pool == NULL)
        return;
    status = status_of(coil_executor_submit_bytes(pool, echo, "x", 2));
    CHECK(status <= 0);
    coil_executor_close(pool); /* not in a task */
}

static void fail_each(enum fault_kind kind)
{
    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    errors_begin();
    for (uint64_t k = 1; k < (uint64_t)kit_effort(60); k++) {
        coil__fault_arm(kind, k, false);
        use_pool();
        coil__fault_arm(kind, 0, false);
    }
    free(errors_end());
}

SLOW_TEST(pool_ends_whichever_allocation_fails, 120)
{
    adopt_orphans();
    fail_each(FAULT_ALLOC);
    bury_orphans();
}

SLOW_TEST(pool_ends_whichever_system_call_fails, 120)
{
    adopt_orphans();
    fail_each(FAULT_SYS);
    bury_orphans();
}

/* The zygote has the worker, and the spare one, whatever there was no memory for. */
static void check_one_worker(struct coil_executor *pool)
{
    int zygote = pool_of(pool)->zygote->pid, children[3], n = 3;

    CHECK_EQ(status_of(give(pool, double_it, 4)), 8);
    for (int i = 0; i < 200 && n > 2; i++) { /* one that was not wanted goes */
        n = children_of(zygote, children, 3);
        sched_yield();
    }
    CHECK(n <= 2);
}

SLOW_TEST(board_has_one_worker_whichever_allocation_fails, 120)
{
    if (UNDER_TSAN)
        SKIP("TSan starts threads of its own, after which no pool can be opened");
    if (UNDER_TSAN)
        SKIP("its own threads stay, so there is no second pool in a process");
    for (uint64_t k = 1; k < (uint64_t)kit_effort(40); k++) {
        struct coil_executor *pool = open_processes(1);

        coil__fault_arm(FAULT_ALLOC, k, false);
        CHECK(status_of(give(pool, double_it, 3)) != 0);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        check_one_worker(pool);
        coil_executor_close(pool); /* not in a task */
    }
}

static void post_it(void *ran)
{
    sem_post(ran);
}

/* Till it is done with what it is at. */
static void await_manager(struct coil_executor *pool)
{
    struct coil_call call;
    sem_t ran;

    sem_init(&ran, 0, 0);
    coil_call_init(&call, post_it, &ran);
    CHECK_EQ(coil_call_soon_threadsafe(coil_thread_loop(pool_of(pool)->manager), &call), 0);
    await_post(&ran);
    sem_destroy(&ran);
}

/* Its pidfd gets lost, so that nobody could kill it. */
TEST(worker_that_comes_when_there_is_no_descriptor_gets_no_job)
{
    struct coil_process_pool_options options = {.workers = 1, .jobs_each = 1};
    struct coil_executor *pool = open_processes_with(&options);
    const struct zygote_near *zygote = pool_of(pool)->zygote;
    struct coil_cfuture *job;
    int sent = 0;
    rlim_t usual;

    CHECK_EQ(status_of(give(pool, double_it, 1)), 2);
    while (coil_process_pool_pids(pool, NULL, 0) > 0) /* it goes after its one job */
        sched_yield();
    kill(zygote->pid, SIGSTOP);
    job = give(pool, double_it, 2);
    while (sent == 0) /* it is asked for a worker */
        CHECK_EQ(ioctl(zygote->control, SIOCOUTQ, &sent), 0);
    await_manager(pool);
    usual = exhaust_descriptors();
    kill(zygote->pid, SIGCONT);
    CHECK_EQ(status_of(job), -EMFILE);
    restore_descriptors(usual);
    job = give(pool, compute_for_ever, 0);
    await_running(job);
    CHECK_EQ(coil_process_pool_kill(job), 0);
    CHECK_EQ(status_of(job), -ECANCELED);
    coil_executor_close(pool);
}

/* ---- without memory ---- */

static struct coil_result stop_self(void *unused)
{
    (void)unused;
    raise(SIGSTOP);
    return coil_number(3);
}

static sem_t held, goes_on;

static void hold_manager(void *unused)
{
    (void)unused;
    sem_post(&held);
    await_post(&goes_on);
}

/* Jobs that do not fit into the socket wait for room there, which nobody waits for. */
TEST(manager_without_memory_to_wait_for_room_tries_again)
{
    enum { N = 60 };
    struct coil_process_pool_options options = {.workers = 1, .at_once = N + 1};
    struct coil_executor *pool = open_processes_with(&options);
    int pid = (int)status_of(give(pool, tell_pid, 0));
    struct coil_cfuture *stopped = give(pool, stop_self, 0), *jobs[N];
    static char data[20000];
    struct coil_call call;

    sem_init(&held, 0, 0);
    sem_init(&goes_on, 0, 0);
    await_stop(pid);
    coil_call_init(&call, hold_manager, NULL);
    CHECK_EQ(coil_call_soon_threadsafe(coil_thread_loop(pool_of(pool)->manager), &call), 0);
    await_post(&held);
    for (int i = 0; i < N; i++)
        jobs[i] = coil_executor_submit_bytes(pool, echo, data, sizeof(data));
    coil__fault_arm(FAULT_ALLOC, 1, true);
    sem_post(&goes_on);
    while (coil__fault_count(FAULT_ALLOC) == 0)
        sched_yield();
    await_manager(pool);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    kill(pid, SIGCONT);
    CHECK_EQ(status_of(stopped), 3);
    for (int i = 0; i < N; i++)
        CHECK_EQ(status_of(jobs[i]), 0);
    coil_executor_close(pool);
    sem_destroy(&held);
    sem_destroy(&goes_on);
}
