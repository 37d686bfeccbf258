/* Bad input and bad days that are the same for executors of every kind. */
#include <sys/resource.h>

#include <coil/thread_pool.h>

#include "pool_jobs.h"
#include "pools.h"

enum { KINDS = 3 };

/* A pool of each, those of processes first, before there are threads. */
struct kinds {
    struct coil_executor *pool[KINDS];
};

static struct kinds open_each(void)
{
    struct kinds all;

    all.pool[0] = open_processes(1);
    all.pool[1] = coil_thread_pool_open(&(struct coil_thread_pool_options){.threads = 1});
    all.pool[2] = open_pool(1, COIL_LEAST_LOADED);
    CHECK(all.pool[1] != NULL);
    return all;
}

static void close_each(const struct kinds *all)
{
    for (int i = 0; i < KINDS; i++)
        coil_executor_close(all->pool[i]); /* not in a task */
}

/* ---- symbols ---- */

TEST(a_symbol_that_nobody_has_is_told_by_every_kind)
{
    struct kinds all = open_each();

    for (int i = 0; i < KINDS; i++) {
        struct coil_cfuture *job =
            coil_executor_submit_symbol(all.pool[i], "no_such_function", NULL, 0);

        CHECK_EQ(wait_for(job).status, -ENOSYS);
        CHECK_HAS(text_of(job), "no_such_function");
        coil_cfuture_unref(job);
        CHECK_EQ(status_of(give(all.pool[i], double_it, 4)), 8);
    }
    close_each(&all);
}

/* ---- after the shutdown ---- */

static void check_refused(struct coil_cfuture *job)
{
    CHECK(coil_cfuture_done(job));
    CHECK_EQ(status_of(job), -COIL_ESTOPPED);
}

static coil_async struct coil_result run_beside_it(void *pool)
{
    return coil_join(coil_run_in_executor(pool, give_number, NULL));
}

TEST(after_its_shutdown_every_kind_refuses_every_form_of_work)
{
    struct kinds all = open_each();
    int64_t items[3] = {1, 2, 3};
    struct coil_result results[3];

    for (int i = 0; i < KINDS; i++) {
        struct coil_executor *pool = all.pool[i];

        CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
        check_refused(give(pool, double_it, 1));
        check_refused(coil_executor_submit_symbol(pool, "double_it", NULL, 0));
        check_refused(coil_executor_submit_batch(pool, double_it, items, 3));
        CHECK_EQ(coil_run(run_beside_it, pool).status, -COIL_ESTOPPED);
        CHECK_EQ(coil_executor_map(pool, double_it, items, 3, results), /* not in a task */
                 -COIL_ESTOPPED);
        for (int item = 0; item < 3; item++)
            CHECK_EQ(results[item].status, -COIL_ESTOPPED);
        CHECK_EQ(coil_executor_jobs(pool), 0);
    }
    close_each(&all);
}

/* ---- without descriptors ---- */

static void set_descriptors(rlim_t n)
{
    struct rlimit limit;

    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = n;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static coil_async struct coil_result use_without_descriptors(void *pool)
{
    struct coil_result result;

    set_descriptors(0);
    result = coil_join(coil_run_in_executor(pool, give_number, (void *)5));
    if (result.status == 5)
        result = coil_to_thread(give_number, (void *)6, NULL);
    set_descriptors(1024);
    return result;
}

/* What needs none goes on: threads are opened, and threads and loops take work. */
TEST(without_descriptors_threads_and_loops_take_work)
{
    struct coil_executor *loops = open_pool(1, COIL_LEAST_LOADED), *threads;
    int64_t items[3] = {1, 2, 3};
    struct coil_result results[3];

    set_descriptors(0);
    threads = coil_thread_pool_open(NULL);
    CHECK_EQ(finish(coil_executor_submit(threads, give_number, (void *)3)), 3);
    CHECK_EQ(finish(coil_executor_submit(loops, give_number, (void *)4)), 4);
    CHECK_EQ(coil_executor_map(loops, double_it, items, 3, results), 0); /* not in a task */
    for (int i = 0; i < 3; i++)
        CHECK_EQ(results[i].status, 2 * items[i]);
    set_descriptors(1024);
    CHECK_EQ(coil_run(use_without_descriptors, threads).status, 6);
    CHECK_EQ(coil_run(use_without_descriptors, loops).status, 6);
    coil_executor_close(threads); /* not in a task */
    coil_executor_close(loops);   /* not in a task */
}

/* ---- many ---- */

TEST(a_hundred_thousand_queued_jobs_of_a_loop_are_cancelled_at_once)
{
    const int n = 100000 / kit_slowness();
    struct coil_job_options options = {.drop_arg = job_drop};
    struct coil_executor *pool = open_pool(1, COIL_LEAST_LOADED);
    struct coil_cfuture **jobs = calloc((size_t)n, sizeof(struct coil_cfuture *));
    struct plug plug;
    struct job job;

    job_init(&job);
    plug_loop(&plug, pool, 0);
    for (int i = 0; i < n; i++)
        jobs[i] = coil_executor_submit_with(pool, job_run, &job, &options);
    for (int i = 0; i < n; i++)
        CHECK(coil_cfuture_cancel(jobs[(int)(i * 7919L % n)]));
    for (int i = 0; i < n; i++) {
        CHECK_EQ(coil_cfuture_result(jobs[i], 0).status, -ECANCELED);
        coil_cfuture_unref(jobs[i]);
    }
    plug_pull(&plug);
    coil_executor_close(pool); /* not in a task */
    CHECK_EQ(job.runs, 0);
    CHECK_EQ(job.dropped, n);
    job_fini(&job);
    free(jobs);
}

/* ---- much ---- */

static struct coil_result make_large(void *size)
{
    struct coil_bytes *bytes = coil_bytes_new((size_t) * (const int64_t *)size);

    if (bytes == NULL)
        return coil_error(-ENOMEM);
    ((char *)bytes->data)[bytes->size - 1] = 'z';
    return coil_value(bytes);
}

TEST(a_gigabyte_comes_back_from_every_kind)
{
    int64_t size = kit_slowness() > 1 || kit_effort(100) < 100 ? 64 << 20 : 1 << 30;
    struct kinds all = open_each();

    for (int i = 0; i < KINDS; i++) {
        struct coil_cfuture *job = give(all.pool[i], make_large, size);
        struct coil_bytes *bytes;

        CHECK_EQ(wait_for(job).status, 0);
        bytes = wait_for(job).value;
        CHECK_EQ(bytes->size, size);
        CHECK_EQ(((char *)bytes->data)[size - 1], 'z');
        coil_cfuture_unref(job);
    }
    close_each(&all);
}

/* ---- forks ---- */

static coil_async struct coil_result forks_and_awaits(void *unused)
{
    pid_t pid = fork();

    (void)unused;
    coil_sleep(COIL_MS(1)); /* in the child, too */
    return coil_number(pid);
}

TEST(a_job_of_a_loop_that_forks_and_goes_on_ends_the_child)
{
    struct coil_loop_pool_options options = {.loops = 1};
    struct coil_executor *pool = coil_loop_pool_open(&options);
    struct coil_cfuture *job = coil_executor_submit(pool, forks_and_awaits, NULL);
    pid_t pid = (pid_t)wait_for(job).status;
    int status = 0;

    CHECK(pid > 0);
    CHECK_EQ(waitpid(pid, &status, 0), pid);
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGABRT); /* having said why */
    coil_cfuture_unref(job);
    coil_executor_close(pool); /* not in a task */
}
