/* Process pools: what is promised to those who open one. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>

#include "pool_jobs.h"

/* ---- open and close ---- */

DRIVER_TEST(job_runs_in_another_process)
{
    struct coil_executor *pool = open_processes(1);
    int64_t pid = status_of(give(pool, tell_pid, 0));

    CHECK(pid > 0 && pid != getpid());
    CHECK_EQ(status_of(give(pool, double_it, 21)), 42);
    coil_executor_close(pool);
}

TEST(pool_that_was_never_used_leaves_nothing)
{
    coil_executor_close(open_processes(0));
}

TEST(several_pools_are_opened_before_the_first_job)
{
    struct coil_executor *a = open_processes(1), *b = open_processes(1);

    CHECK(status_of(give(a, tell_pid, 0)) != status_of(give(b, tell_pid, 0)));
    coil_executor_close(a);
    CHECK_EQ(status_of(give(b, double_it, 1)), 2);
    coil_executor_close(b);
}

TEST(pool_is_not_forked_from_a_process_with_threads)
{
    struct coil_thread *thread = open_thread();

    CHECK_PTR(coil_process_pool_open(NULL), NULL);
    CHECK_EQ(errno, COIL_ETHREADS);
    CHECK_HAS(coil_strerror(-COIL_ETHREADS), "threads");
    coil_thread_close(thread);
}

static coil_async struct coil_result use_from_task(void *unused)
{
    struct coil_executor *pool = open_processes(1);
    int64_t number = 4;
    struct coil_cfuture *job = coil_executor_submit_bytes(pool, double_it, &number, sizeof(number));
    struct coil_future *future = coil_wrap_future(job);
    struct coil_result result = coil_await(future);

    (void)unused;
    coil_future_unref(future);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
    return result;
}

static int count_open(void)
{
    int n = 0;

    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* The thread that shut the pool down for the task gives up the loop's eventfd on its own time. */
TEST(pool_is_opened_used_and_closed_in_a_task)
{
    int before = count_open();

    CHECK_EQ(coil_run(use_from_task, NULL).status, 8);
    while (count_open() > before)
        sched_yield();
}

TEST(submitted_after_shutdown_is_refused)
{
    struct coil_executor *pool = open_processes(1);

    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0);
    CHECK_EQ(status_of(give(pool, double_it, 1)), -COIL_ESTOPPED);
    coil_executor_close(pool);
}

/* ---- what travels ---- */

TEST(bytes_come_back)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = coil_executor_submit_bytes(pool, echo, "some words", 11);
    struct coil_result result = wait_for(job);

    CHECK_EQ(result.status, 0);
    CHECK_EQ(((struct coil_bytes *)result.value)->size, 11);
    CHECK_STR(((struct coil_bytes *)result.value)->data, "some words");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

static void echo_pattern(struct coil_executor *pool, size_t size)
{
    unsigned char *data = malloc(size + 1);
    struct coil_cfuture *job;
    struct coil_bytes *bytes;

    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(i * 7 + i / 251);
    job = coil_executor_submit_bytes(pool, echo, data, size);
    CHECK_EQ(wait_for(job).status, 0);
    bytes = wait_for(job).value;
    CHECK_EQ(bytes->size, size);
    CHECK(size == 0 || memcmp(bytes->data, data, size) == 0);
    coil_cfuture_unref(job);
    free(data);
}

TEST(bytes_of_any_size_come_back_unchanged)
{
    static const size_t sizes[] = {0,     1,     15,     4096,    32767, 32768,
                                   32769, 65536, 100000, 1 << 20, 17,    (1 << 23) + 3};
    struct coil_executor *pool = open_processes(1);

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        echo_pattern(pool, sizes[i]);
    coil_executor_close(pool);
}

static struct coil_result make_large(void *size)
{
    struct coil_bytes *bytes = coil_bytes_new((size_t) * (int64_t *)size);

    if (bytes == NULL)
        return coil_error(-ENOMEM);
    ((char *)bytes->data)[0] = 'a';
    ((char *)bytes->data)[bytes->size - 1] = 'z';
    return coil_value(bytes);
}

/* A gigabyte where all is checked; it is mapped, not copied, and mostly never touched. */
TEST(result_of_a_gigabyte_is_not_copied)
{
    int64_t size = kit_slowness() > 1 || kit_effort(100) < 100 ? 64 << 20 : 1 << 30;
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, make_large, size);
    struct coil_bytes *bytes;

    CHECK_EQ(wait_for(job).status, 0);
    bytes = wait_for(job).value;
    CHECK_EQ(bytes->size, size);
    CHECK_EQ(((char *)bytes->data)[0], 'a');
    CHECK_EQ(((char *)bytes->data)[size - 1], 'z');
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

static struct coil_result fail_in_words(void *number)
{
    return coil_raise(EIO, "the number was %d", (int)*(int64_t *)number);
}

TEST(failure_brings_its_text_and_place)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, fail_in_words, 5);

    CHECK_EQ(wait_for(job).status, -EIO);
    CHECK_STR(text_of(job), "the number was 5");
    CHECK_HAS(coil_exception_place(coil_cfuture_exception(job)), "test_process_pool.c:");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

static struct coil_result return_pointer(void *unused)
{
    (void)unused;
    return coil_value("no bytes at all");
}

static struct coil_result return_number_as_pointer(void *unused)
{
    (void)unused;
    return coil_value((void *)(uintptr_t)0x1230);
}

TEST(value_that_is_no_bytes_is_refused)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = coil_executor_submit_bytes(pool, return_pointer, NULL, 0);

    CHECK_EQ(wait_for(job).status, -ENOEXEC);
    CHECK_HAS(text_of(job), "return_pointer");
    coil_cfuture_unref(job);
    CHECK_EQ(status_of(give(pool, return_number_as_pointer, 0)), -ENOEXEC);
    coil_executor_close(pool);
}

TEST(pointer_is_no_job_for_another_process)
{
    struct coil_executor *pool = open_processes(1);

    CHECK_EQ(status_of(coil_executor_submit(pool, give_number, NULL)), -EINVAL);
    coil_executor_close(pool);
}

TEST(unknown_symbol_is_told_by_name)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = coil_executor_submit_symbol(pool, "no_such_function", "", 0);

    CHECK_EQ(wait_for(job).status, -ENOSYS);
    CHECK_HAS(text_of(job), "no_such_function");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(symbol_is_found_by_name)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = coil_executor_submit_symbol(pool, "abort", "", 0);

    CHECK_EQ(wait_for(job).status, -COIL_EDIED);
    CHECK_HAS(text_of(job), "killed by signal 6 (Aborted) while it ran abort");
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

static coil_async struct coil_result odd_ones_fail(void *number)
{
    int64_t n = *(int64_t *)number;

    coil_yield();
    if (n % 2 != 0)
        return coil_raise(EDOM, "%d is odd", (int)n);
    return n == 4 ? coil_bytes_result(&n, sizeof(n)) : coil_number(n);
}

TEST(batch_brings_results_failures_and_bytes)
{
    struct coil_executor *pool = open_processes(1);
    int64_t items[] = {0, 1, 2, 3, 4};
    struct coil_cfuture *job = coil_executor_submit_batch(pool, odd_ones_fail, items, 5);
    struct coil_results *results;

    CHECK_EQ(wait_for(job).status, 0);
    results = wait_for(job).value;
    CHECK_EQ(results->n, 5);
    CHECK_EQ(results->of[0].status, 0);
    CHECK_EQ(results->of[2].status, 2);
    CHECK_EQ(results->of[3].status, -EDOM);
    CHECK_STR(coil_exception_text(coil_results_exception(results, 3)), "3 is odd");
    CHECK_EQ(*(int64_t *)((struct coil_bytes *)results->of[4].value)->data, 4);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(large_batch_travels_in_shared_memory)
{
    enum { N = 5000 };
    struct coil_executor *pool = open_processes(1);
    static int64_t items[N];
    struct coil_cfuture *job;
    struct coil_results *results;

    for (int i = 0; i < N; i++)
        items[i] = i;
    job = coil_executor_submit_batch(pool, double_it, items, N);
    CHECK_EQ(wait_for(job).status, 0);
    results = wait_for(job).value;
    for (int i = 0; i < N; i++)
        CHECK_EQ(results->of[i].status, 2 * i);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

TEST(map_spreads_over_workers)
{
    enum { N = 200 };
    struct coil_executor *pool = open_processes(2);
    struct coil_result results[N];
    int64_t items[N];

    for (int i = 0; i < N; i++)
        items[i] = i;
    CHECK_EQ(coil_executor_map(pool, double_it, items, N, results), 0);
    for (int i = 0; i < N; i++)
        CHECK_EQ(results[i].status, 2 * i);
    coil_executor_close(pool);
}

/* ---- workers ---- */

static int began;

static void begin(void *number)
{
    began = *(int *)number;
}

static struct coil_result tell_began(void *unused)
{
    (void)unused;
    return coil_number(began);
}

TEST(begin_is_called_first_in_each_worker)
{
    int number = 9;
    struct coil_process_pool_options options = {.workers = 1, .begin = begin, .arg = &number};
    struct coil_executor *pool = open_processes_with(&options);

    number = 10; /* the workers are forks of what was when the pool was opened */
    CHECK_EQ(status_of(give(pool, tell_began, 0)), 9);
    CHECK_EQ(began, 0);
    coil_executor_close(pool);
}

TEST(worker_is_replaced_after_so_many_jobs)
{
    struct coil_process_pool_options options = {.workers = 1, .jobs_each = 2};
    struct coil_executor *pool = open_processes_with(&options);
    int64_t pids[6];

    for (int i = 0; i < 6; i++)
        pids[i] = status_of(give(pool, tell_pid, 0));
    CHECK_EQ(pids[0], pids[1]);
    CHECK(pids[1] != pids[2]);
    CHECK_EQ(pids[2], pids[3]);
    CHECK(pids[3] != pids[4]);
    coil_executor_close(pool);
}

TEST(workers_that_live_are_told)
{
    struct coil_executor *pool = open_processes(2);
    int pids[4] = {0};
    int64_t pid;

    CHECK_EQ(coil_process_pool_pids(pool, pids, 4), 0);
    pid = status_of(give(pool, tell_pid, 0));
    CHECK_EQ(coil_process_pool_pids(pool, pids, 4), 1);
    CHECK_EQ(pids[0], pid);
    CHECK_EQ(coil_executor_workers(pool), 2);
    coil_executor_close(pool);
    CHECK_EQ(coil_process_pool_pids(NULL, pids, 4), 0);
}

static coil_async struct coil_result meet(void *unused)
{
    static int here;
    static struct coil_event both;

    (void)unused;
    if (++here == 2)
        coil_event_set(&both);
    return coil_error(coil_event_wait(&both));
}

TEST(several_jobs_run_in_one_worker_at_once)
{
    struct coil_process_pool_options options = {.workers = 1, .at_once = 2};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *first = give(pool, meet, 0), *second = give(pool, meet, 0);

    CHECK_EQ(status_of(first), 0);
    CHECK_EQ(status_of(second), 0);
    coil_executor_close(pool);
}

static struct coil_result count_descriptors(void *unused)
{
    (void)unused;
    return coil_number(count_open());
}

static struct coil_result read_input(void *unused)
{
    char c;

    (void)unused;
    return coil_number(read(0, &c, 1));
}

TEST(worker_has_none_of_our_descriptors_and_no_input)
{
    struct coil_executor *pool;
    int fds[100];
    int64_t n;

    for (int i = 0; i < 100; i++)
        fds[i] = dup(1);
    pool = open_processes(1);
    n = status_of(give(pool, count_descriptors, 0));
    CHECK(n < 20);
    CHECK_EQ(status_of(give(pool, read_input, 0)), 0);
    coil_executor_close(pool);
    for (int i = 0; i < 100; i++)
        close(fds[i]);
}

static int use_without_streams(void *unused)
{
    struct coil_executor *pool;
    int64_t status;

    (void)unused;
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    pool = coil_process_pool_open(&(struct coil_process_pool_options){.workers = 1});
    if (pool == NULL)
        return 1;
    status = status_of(give(pool, double_it, 4));
    coil_executor_close(pool); /* not in a task */
    return status == 8 ? 0 : 2;
}

TEST(pool_of_a_process_without_standard_streams)
{
    if (kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    in_child(use_without_streams, NULL);
}

/* ---- a fork of ours ---- */

static int use_in_child(void *pool)
{
    struct coil_cfuture *job = give(pool, double_it, 1);
    int refused = coil_cfuture_result(job, 0).status == -COIL_EFORKED;
    int pids = (int)coil_process_pool_pids(pool, NULL, 0);

    coil_cfuture_unref(job);
    coil_executor_close(pool); /* not in a task */
    return refused && pids == 0 ? 0 : 1;
}

TEST(child_of_a_fork_has_no_pool_and_harms_none)
{
    struct coil_executor *pool = open_processes(1);
    int64_t pid = status_of(give(pool, tell_pid, 0));

    in_child(use_in_child, pool);
    CHECK_EQ(status_of(give(pool, tell_pid, 0)), pid);
    coil_executor_close(pool);
}

/* ---- all at once ---- */

struct storm {
    struct coil_executor *pool;
    int over;
    int died;
};

static void *submit_in_storm(void *arg)
{
    struct storm *storm = arg;

    for (int i = 0; i < kit_effort(400); i++) {
        int64_t status = status_of(give(storm->pool, double_it, i));

        CHECK(status == 2 * i || status == -COIL_EDIED);
        if (status < 0)
            __atomic_add_fetch(&storm->died, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

/* A worker, and now and then its zygote, once that has a spare one. */
static void kill_one(struct coil_executor *pool, int round)
{
    int pids[2], children[8], parent;
    size_t n = coil_process_pool_pids(pool, pids, 2);

    if (n == 0 || n > 2)
        return;
    parent = parent_of(pids[(size_t)round % n]);
    if (round % 5 == 0 && parent > 1 && parent != getpid() && children_of(parent, children, 8) > 1)
        kill(parent, SIGKILL);
    else
        kill(pids[(size_t)round % n], SIGKILL);
}

static void *kill_in_storm(void *arg)
{
    struct storm *storm = arg;

    for (int round = 0; !__atomic_load_n(&storm->over, __ATOMIC_SEQ_CST); round++) {
        kill_one(storm->pool, round);
        usleep(3000);
    }
    return NULL;
}

SLOW_TEST(whoever_is_killed_every_job_ends, 120)
{
    struct storm storm = {.pool = open_processes(2)};
    pthread_t threads[4], killer;

    adopt_orphans();
    CHECK_EQ(status_of(give(storm.pool, double_it, 1)), 2);
    pthread_create(&killer, NULL, kill_in_storm, &storm);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, submit_in_storm, &storm);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    __atomic_store_n(&storm.over, 1, __ATOMIC_SEQ_CST);
    pthread_join(killer, NULL);
    printf("%d jobs died\n", storm.died);
    CHECK_EQ(coil_executor_jobs(storm.pool), 0);
    coil_executor_close(storm.pool);
    bury_orphans();
}
