/* Thread pools: jobs, cancelling, waiting for each other, and the end. */
#include <coil/thread_pool.h>

#include "base/fault.h"
#include "jobs.h"
#include "mach/thread.h"

static struct coil_executor *open_pool(unsigned threads)
{
    struct coil_thread_pool_options options = {.name = "test-pool", .threads = threads};
    struct coil_executor *pool = coil_thread_pool_open(&options);

    CHECK(pool != NULL);
    return pool;
}

/* A job that says when it begins and ends when it is told to, or cancelled if it listens. */
struct held {
    sem_t begun, go_on;
    bool listens;
    int dropped_args, dropped_values;
};

static void held_init(struct held *held)
{
    *held = (struct held){.listens = false};
    sem_init(&held->begun, 0, 0);
    sem_init(&held->go_on, 0, 0);
}

static struct coil_result hold(void *arg)
{
    struct held *held = arg;

    sem_post(&held->begun);
    if (!held->listens)
        await_post(&held->go_on);
    while (held->listens && !coil_job_cancelled())
        usleep(100);
    return coil_value(held);
}

static void drop_arg(void *arg)
{
    __atomic_add_fetch(&((struct held *)arg)->dropped_args, 1, __ATOMIC_SEQ_CST);
}

static void drop_value(void *value)
{
    __atomic_add_fetch(&((struct held *)value)->dropped_values, 1, __ATOMIC_SEQ_CST);
}

static const struct coil_job_options drops = {.drop_arg = drop_arg, .drop_result = drop_value};

TEST(jobs_run_and_their_results_are_told)
{
    struct coil_executor *pool = open_pool(3);
    struct coil_cfuture *jobs[200];

    CHECK_EQ(coil_executor_workers(pool), 3);
    for (intptr_t i = 0; i < 200; i++)
        jobs[i] = coil_executor_submit(pool, give_number, (void *)i);
    for (int i = 0; i < 200; i++)
        CHECK_EQ(finish(jobs[i]), i);
    coil_executor_close(pool);
}

TEST(a_failure_comes_with_its_exception_and_only_its_own)
{
    struct coil_executor *pool = open_pool(1);
    struct coil_cfuture *job = coil_executor_submit(pool, fail, NULL);

    CHECK_EQ(coil_cfuture_result(job, LIMIT).status, -EIO);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(job)), "the disk is on fire");
    coil_cfuture_unref(job);
    job = coil_executor_submit(pool, give_number, (void *)(intptr_t)-EIO);
    CHECK_EQ(coil_cfuture_result(job, LIMIT).status, -EIO);
    CHECK_PTR(coil_cfuture_exception(job), NULL); /* the thread has forgotten the other's */
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(arguments_and_values_are_dropped_once)
{
    struct coil_executor *pool = open_pool(2);
    struct coil_cfuture *job;
    struct held held;

    held_init(&held);
    sem_post(&held.go_on);
    job = coil_executor_submit_with(pool, hold, &held, &drops);
    CHECK_PTR(coil_cfuture_result(job, LIMIT).value, &held);
    CHECK_EQ(held.dropped_args, 1);
    coil_executor_close(pool);
    CHECK_EQ(held.dropped_values, 0);
    coil_cfuture_unref(job);
    CHECK_EQ(held.dropped_values, 1);
}

static struct coil_var shade = COIL_VAR("shade", "none");

static struct coil_result look(void *arg)
{
    void *value = coil_var_get(&shade);

    (void)arg;
    coil_var_set(&shade, "changed there");
    return coil_value(value);
}

TEST(it_runs_in_a_copy_of_the_submitters_context_or_in_the_one_given)
{
    struct coil_executor *pool = open_pool(1);
    struct coil_job_options options = {.context = NULL};
    struct coil_cfuture *job;

    job = coil_executor_submit(pool, look, NULL);
    CHECK_STR(coil_cfuture_result(job, LIMIT).value, "none");
    coil_cfuture_unref(job);
    coil_var_set(&shade, "red");
    options.context = coil_context_copy();
    coil_var_set(&shade, "blue");
    job = coil_executor_submit(pool, look, NULL);
    CHECK_STR(coil_cfuture_result(job, LIMIT).value, "blue");
    CHECK_STR(coil_var_get(&shade), "blue");
    coil_cfuture_unref(job);
    job = coil_executor_submit_with(pool, look, NULL, &options);
    CHECK_STR(coil_cfuture_result(job, LIMIT).value, "red");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
    CHECK_STR(coil_context_get(options.context, &shade), "changed there");
    coil_context_unref(options.context);
}

/* ---- cancelling ---- */

TEST(cancelled_before_it_began_a_job_never_runs_and_is_done_at_once)
{
    struct coil_executor *pool = open_pool(1);
    struct held first, second;
    struct coil_cfuture *running, *queued;

    held_init(&first);
    held_init(&second);
    running = coil_executor_submit(pool, hold, &first);
    await_post(&first.begun);
    queued = coil_executor_submit_with(pool, hold, &second, &drops);
    CHECK_EQ(coil_cfuture_state(queued), COIL_CFUTURE_PENDING);
    CHECK_EQ(coil_executor_jobs(pool), 2);
    CHECK(coil_cfuture_cancel_at(queued, "not needed", "here"));
    CHECK(coil_cfuture_done(queued));
    CHECK_EQ(coil_cfuture_result(queued, 0).status, -ECANCELED);
    CHECK_STR(coil_exception_text(coil_cfuture_exception(queued)), "not needed");
    CHECK_EQ(second.dropped_args, 1);
    CHECK(!coil_cfuture_cancel(queued));
    CHECK_EQ(coil_executor_jobs(pool), 1);
    coil_cfuture_unref(queued);
    sem_post(&first.go_on);
    CHECK_EQ(finish(running), 0);
    coil_executor_close(pool);
    CHECK_EQ(sem_trywait(&second.begun), -1);
}

TEST(cancelled_while_it_runs_it_is_told_and_its_result_stands)
{
    struct coil_executor *pool = open_pool(1);
    struct coil_cfuture *job;
    struct held held;

    held_init(&held);
    held.listens = true;
    job = coil_executor_submit(pool, hold, &held);
    await_post(&held.begun);
    CHECK_EQ(coil_cfuture_state(job), COIL_CFUTURE_RUNNING);
    CHECK(!coil_cfuture_done(job));
    CHECK(coil_cfuture_cancel(job));
    CHECK_PTR(coil_cfuture_result(job, LIMIT).value, &held);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(a_hundred_thousand_queued_jobs_are_cancelled_at_once)
{
    enum { N = 100000 };
    struct coil_executor *pool = open_pool(2);
    struct coil_cfuture **jobs = calloc(N, sizeof(struct coil_cfuture *)), *running[2];
    struct held held, never;

    held_init(&held);
    held_init(&never);
    for (int i = 0; i < 2; i++)
        running[i] = coil_executor_submit(pool, hold, &held);
    await_post(&held.begun);
    await_post(&held.begun);
    for (int i = 0; i < N; i++)
        jobs[i] = coil_executor_submit_with(pool, hold, &never, &drops);
    CHECK_EQ(coil_executor_jobs(pool), N + 2);
    for (int i = 0; i < N; i++)
        CHECK(coil_cfuture_cancel(jobs[(i * 7919L) % N]));
    CHECK_EQ(coil_executor_jobs(pool), 2);
    CHECK_EQ(never.dropped_args, N);
    for (int i = 0; i < N; i++) {
        CHECK_EQ(coil_cfuture_result(jobs[i], 0).status, -ECANCELED);
        coil_cfuture_unref(jobs[i]);
    }
    sem_post(&held.go_on);
    sem_post(&held.go_on);
    CHECK_EQ(finish(running[0]), 0);
    CHECK_EQ(finish(running[1]), 0);
    coil_executor_close(pool);
    free(jobs);
}

/* ---- threads ---- */

TEST(a_job_that_ends_its_thread_costs_only_itself)
{
    struct coil_executor *pool = open_pool(1);
    struct coil_job_options options = {.drop_arg = job_drop};
    struct coil_cfuture *job;
    struct job arg = {.dropped = 0};

    if (UNDER_TSAN)
        SKIP("its thread's end is not followed");
    for (int i = 0; i < 3; i++) {
        job = coil_executor_submit_with(pool, end_thread, &arg, &options);
        CHECK_EQ(coil_cfuture_result(job, LIMIT).status, -COIL_EDIED);
        CHECK_HAS(coil_exception_text(coil_cfuture_exception(job)), "ended its thread");
        coil_cfuture_unref(job);
        CHECK_EQ(finish(coil_executor_submit(pool, give_number, (void *)5)), 5);
    }
    CHECK_EQ(arg.dropped, 3);
    coil_executor_close(pool);
}

static int begins;

static void note_begin(void *arg)
{
    CHECK_STR(arg, "argument");
    __atomic_add_fetch(&begins, 1, __ATOMIC_SEQ_CST);
}

static struct coil_result thread_name(void *buffer)
{
    pthread_getname_np(pthread_self(), buffer, 16);
    return coil_number(__atomic_load_n(&begins, __ATOMIC_SEQ_CST));
}

TEST(threads_have_the_name_and_begin_as_told)
{
    struct coil_thread_pool_options options = {
        .name = "a name that is long", .threads = 1, .begin = note_begin, .arg = "argument"};
    struct coil_executor *pool = coil_thread_pool_open(&options);
    char name[16];

    options.stack_bytes = 1 << 20;
    CHECK_EQ(finish(coil_executor_submit(pool, thread_name, name)), 1);
    CHECK_STR(name, "a name that is ");
    CHECK_EQ(finish(coil_executor_submit(pool, thread_name, name)), 1);
    coil_executor_close(pool);
}

TEST(a_job_that_blocks_holds_up_no_other)
{
    struct coil_executor *pool = open_pool(2);
    struct coil_cfuture *blocked, *jobs[50];
    struct held held;

    held_init(&held);
    blocked = coil_executor_submit(pool, hold, &held);
    for (intptr_t i = 0; i < 50; i++)
        jobs[i] = coil_executor_submit(pool, give_number, (void *)i);
    for (int i = 0; i < 50; i++)
        CHECK_EQ(finish(jobs[i]), i);
    sem_post(&held.go_on);
    CHECK_EQ(finish(blocked), 0);
    coil_executor_close(pool);
}

/* ---- jobs that wait for jobs ---- */

static struct coil_executor *shared;

static struct coil_result fibonacci(void *arg)
{
    intptr_t n = (intptr_t)arg;
    struct coil_cfuture *one, *two;
    int64_t sum;

    if (n < 2)
        return coil_number(n);
    one = coil_executor_submit(shared, fibonacci, (void *)(n - 1));
    two = coil_executor_submit(shared, fibonacci, (void *)(n - 2));
    sum = finish(one);
    sum += finish(two);
    return coil_number(sum);
}

TEST(jobs_that_wait_for_jobs_do_not_hang_a_pool_of_one)
{
    shared = open_pool(1);
    CHECK_EQ(finish(coil_executor_submit(shared, fibonacci, (void *)9)), 34);
    coil_executor_close(shared);
}

static struct coil_thread *elsewhere;

static coil_async struct coil_result awaits_a_job(void *unused)
{
    struct coil_cfuture *job = coil_executor_submit(shared, give_number, (void *)77);
    struct coil_future *future = coil_wrap_future(job);
    struct coil_result result = coil_await(future);

    (void)unused;
    coil_future_unref(future);
    coil_cfuture_unref(job);
    return result;
}

static struct coil_result waits_for_a_coroutine(void *unused)
{
    (void)unused;
    return coil_number(finish(coil_submit(elsewhere, awaits_a_job, NULL)));
}

TEST(a_job_may_wait_for_a_coroutine_that_awaits_a_job)
{
    shared = open_pool(1);
    elsewhere = open_thread();
    CHECK_EQ(finish(coil_executor_submit(shared, waits_for_a_coroutine, NULL)), 77);
    coil_thread_close(elsewhere);
    coil_executor_close(shared);
}

static struct coil_result runs_a_loop(void *unused)
{
    (void)unused;
    return coil_run(awaits_a_job, NULL);
}

TEST(a_job_may_run_a_loop_that_awaits_a_job)
{
    shared = open_pool(1);
    CHECK_EQ(finish(coil_executor_submit(shared, runs_a_loop, NULL)), 77);
    coil_executor_close(shared);
}

static struct coil_cfuture *itself;

static struct coil_result waits_for_itself(void *held)
{
    await_post(&((struct held *)held)->go_on);
    return coil_number(coil_cfuture_wait(itself, LIMIT));
}

TEST(a_job_that_waits_for_itself_is_refused)
{
    struct coil_executor *pool = open_pool(1);
    struct held held;

    held_init(&held);
    itself = coil_executor_submit(pool, waits_for_itself, &held);
    sem_post(&held.go_on);
    CHECK_EQ(finish(itself), -EDEADLK);
    coil_executor_close(pool);
}

static struct coil_result waits_without_threads(void *unused)
{
    struct coil_cfuture *job = coil_executor_submit(shared, give_number, (void *)3);
    int err;

    (void)unused;
    coil__fault_arm(FAULT_SYS, 1, true);
    err = coil_cfuture_wait(job, LIMIT);
    coil__fault_arm(FAULT_SYS, 0, false);
    coil_cfuture_unref(job);
    return coil_number(err);
}

TEST(where_no_thread_can_be_made_the_wait_is_refused)
{
    shared = open_pool(1);
    CHECK_EQ(finish(coil_executor_submit(shared, waits_without_threads, NULL)), -EDEADLK);
    coil_executor_close(shared);
}

/* ---- the end ---- */

TEST(a_drain_lets_all_jobs_end)
{
    struct coil_stop_options options = {.drain_ns = COIL_FOREVER};
    struct coil_executor *pool = open_pool(2);
    struct coil_cfuture *jobs[100];

    for (intptr_t i = 0; i < 100; i++)
        jobs[i] = coil_executor_submit(pool, give_number, (void *)i);
    CHECK_EQ(coil_executor_shutdown(pool, &options), 0);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(finish(jobs[i]), i);
    CHECK_EQ(finish(coil_executor_submit(pool, give_number, NULL)), -COIL_ESTOPPED);
    coil_executor_close(pool);
}

TEST(a_shutdown_cancels_what_waits_and_tells_what_runs)
{
    struct coil_executor *pool = open_pool(1);
    struct coil_cfuture *running, *queued;
    struct held held, never;

    held_init(&held);
    held_init(&never);
    held.listens = true;
    running = coil_executor_submit(pool, hold, &held);
    await_post(&held.begun);
    queued = coil_executor_submit_with(pool, hold, &never, &drops);
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0);
    CHECK_EQ(finish(running), 0);
    CHECK_EQ(finish(queued), -ECANCELED);
    CHECK_EQ(never.dropped_args, 1);
    coil_executor_close(pool);
}

static char survivors[512];

static void note_survivor(const char *line, void *arg)
{
    (void)arg;
    snprintf(survivors, sizeof(survivors), "%s", line);
}

TEST(a_job_that_never_ends_is_reported_and_left_behind)
{
    struct coil_stop_options options = {.grace_ns = COIL_MS(20), .survivor = note_survivor};
    struct coil_job_options named = drops;
    struct coil_executor *pool = open_pool(1), *next;
    struct coil_cfuture *job;
    struct held held;

    held_init(&held);
    named.name = "stubborn";
    job = coil_executor_submit_with(pool, hold, &held, &named);
    await_post(&held.begun);
    CHECK_EQ(coil_executor_shutdown(pool, &options), 1);
    CHECK_HAS(survivors, "stubborn");
    CHECK_HAS(survivors, "test_thread_pool.c:");
    CHECK_HAS(survivors, "has been running for ");
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 1);
    coil_executor_close(pool);
    CHECK_EQ(finish(job), -COIL_ESTOPPED);
    next = open_pool(1); /* not in the memory that the thread still has */
    CHECK_EQ(finish(coil_executor_submit(next, give_number, (void *)1)), 1);
    sem_post(&held.go_on);
    await_number(&held.dropped_values, 1);
    await_number(&held.dropped_args, 1);
    coil_executor_close(next);
}

TEST(survivors_without_anybody_who_listens_are_told_on_stderr)
{
    struct coil_stop_options options = {.grace_ns = -1};
    struct coil_executor *pool = open_pool(1);
    struct coil_cfuture *job;
    static struct held held; /* the job has it for longer than this runs */
    char *said;

    held_init(&held);
    job = coil_executor_submit(pool, hold, &held);
    await_post(&held.begun);
    errors_begin();
    CHECK_EQ(coil_executor_shutdown(pool, &options), 1);
    said = errors_end();
    CHECK_HAS(said, "left behind: hold ");
    free(said);
    CHECK_EQ(finish(job), -COIL_ESTOPPED);
    coil_executor_close(pool);
    sem_post(&held.go_on);
}

static struct coil_result close_from_inside(void *pool)
{
    return coil_number(coil_executor_shutdown(pool, NULL)); /* not in a task */
}

TEST(a_job_can_begin_the_end_of_its_pool)
{
    struct coil_executor *pool = open_pool(1);

    CHECK_EQ(finish(coil_executor_submit(pool, close_from_inside, pool)), -EDEADLK);
    CHECK_EQ(finish(coil_executor_submit(pool, give_number, NULL)), -COIL_ESTOPPED);
    coil_executor_close(pool);
}

/* ---- bad days ---- */

TEST(without_any_thread_a_job_fails)
{
    struct coil_executor *pool = open_pool(1);
    struct held held;

    held_init(&held);
    coil__fault_arm(FAULT_SYS, 1, false);
    CHECK_EQ(finish(coil_executor_submit_with(pool, hold, &held, &drops)), -EAGAIN);
    coil__fault_arm(FAULT_SYS, 0, false);
    CHECK_EQ(held.dropped_args, 1);
    CHECK_EQ(finish(coil_executor_submit(pool, give_number, (void *)1)), 1);
    coil_executor_close(pool);
}

TEST(without_memory_a_job_fails_whichever_allocation_it_is)
{
    struct coil_job_options named = drops;
    struct coil_executor *pool;
    struct held held;
    int64_t status;
    uint64_t k = 0;

    held_init(&held);
    named.name = "named";
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_PTR(coil_thread_pool_open(NULL), NULL);
    CHECK_EQ(errno, ENOMEM);
    do {
        pool = open_pool(1);
        sem_post(&held.go_on);
        coil__fault_arm(FAULT_ALLOC, ++k, false);
        status = finish(coil_executor_submit_with(pool, hold, &held, &named));
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(status == -ENOMEM || status == 0);
        coil_executor_close(pool);
        CHECK_EQ(held.dropped_args, k);
    } while (status != 0);
    CHECK(k >= 4); /* the job, its name, the thread */
}

static int in_the_child(void *arg)
{
    struct coil_cfuture **jobs = arg;

    if (finish(jobs[0]) != -COIL_EFORKED || finish(jobs[1]) != -COIL_EFORKED)
        return 1;
    if (finish(coil_executor_submit(shared, give_number, NULL)) != -COIL_EFORKED)
        return 2;
    coil_executor_close(shared); /* not in a task */
#if defined(MACH_TSAN) || defined(MACH_ASAN)
    return 0; /* no threads after a fork */
#else
    return finish(coil_executor_submit(coil_default_executor(), give_number, (void *)5)) == 5 ? 0
                                                                                              : 3;
#endif
}

TEST(in_the_child_of_a_fork_a_pool_is_dead_and_the_default_one_alive)
{
    struct coil_cfuture *jobs[2];
    struct held held;

    held_init(&held);
    shared = open_pool(1);
    for (int i = 0; i < 2; i++)
        jobs[i] = coil_executor_submit(shared, hold, &held);
    await_post(&held.begun);
    in_child(in_the_child, jobs);
    sem_post(&held.go_on);
    sem_post(&held.go_on);
    CHECK_EQ(finish(jobs[0]), 0);
    CHECK_EQ(finish(jobs[1]), 0);
    coil_executor_close(shared);
}

static struct coil_result forks(void *unused)
{
    pid_t pid = fork();

    (void)unused;
    return coil_number(pid); /* in both */
}

TEST(a_job_that_forks_and_returns_ends_the_child)
{
    struct coil_executor *pool = open_pool(1);
    int status = -1;
    pid_t pid;

#if defined(MACH_TSAN) || defined(MACH_ASAN)
    SKIP("no threads after a fork, and its parent's memory is no leak");
#endif
    pid = (pid_t)finish(coil_executor_submit(pool, forks, NULL));
    CHECK(pid > 0);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK_EQ(status, 0);
    CHECK_EQ(finish(coil_executor_submit(pool, give_number, (void *)2)), 2);
    coil_executor_close(pool);
}
