/* map over every kind of executor there is, from threads and from tasks. */
#include <signal.h>
#include <sys/mman.h>

#include <coil/loop_pool.h>
#include <coil/process_pool.h>
#include <coil/thread_pool.h>

#include "base/fault.h"
#include "jobs.h"

enum { ITEMS = 100 };

static int items[ITEMS];
static struct coil_result results[ITEMS];

/* Kinds; processes are forked before there is any thread. */
typedef struct coil_executor *open_fn(void);

static struct coil_executor *opened(struct coil_executor *executor)
{
    if (executor == NULL && errno == ENOSYS && kit_under_valgrind())
        SKIP("valgrind has no descriptors of processes");
    if (executor == NULL)
        FAIL("no executor: %s", strerror(errno));
    for (int i = 0; i < ITEMS; i++)
        items[i] = i;
    return executor;
}

static struct coil_executor *threads(void)
{
    struct coil_thread_pool_options options = {.threads = 3};

    return opened(coil_thread_pool_open(&options));
}

static struct coil_executor *loops(void)
{
    struct coil_loop_pool_options options = {.loops = 2};

    return opened(coil_loop_pool_open(&options));
}

static struct coil_executor *processes(void)
{
    struct coil_process_pool_options options = {.workers = 2};

    return opened(coil_process_pool_open(&options));
}

static open_fn *const kinds[] = {processes, loops, threads, NULL};

static struct coil_result cube(void *item)
{
    int64_t number = *(const int *)item;

    return coil_number(number * number * number);
}

static void check_cubes(void)
{
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, i * i * i);
    memset(results, 0, sizeof(results));
}

TEST(thread_maps_over_every_kind)
{
    for (open_fn *const *open = kinds; *open != NULL; open++) {
        struct coil_executor *executor = (*open)();

        for (size_t chunk = 0; chunk < 130; chunk += 13) {
            struct coil_map_options options = {.chunk = chunk};

            CHECK_EQ(coil_executor_map_with(executor, cube, items, ITEMS, results, &options), 0);
            check_cubes();
        }
        coil_executor_close(executor);
    }
}

static coil_async struct coil_result map_cubes(void *executor)
{
    struct coil_map_options options = {.chunk = 3, .at_once = 5};

    return coil_number(coil_executor_map_with(executor, cube, items, ITEMS, results, &options));
}

static void check_in_task(open_fn *open)
{
    struct coil_executor *executor = open();

    CHECK_EQ(coil_run(map_cubes, executor).status, 0);
    check_cubes();
    coil_executor_close(executor); /* not in a task */
}

DRIVER_TEST(task_maps_over_threads)
{
    check_in_task(threads);
}

DRIVER_TEST(task_maps_over_loops)
{
    check_in_task(loops);
}

DRIVER_TEST(task_maps_over_processes)
{
    check_in_task(processes);
}

/* ---- values and failures ---- */

static struct coil_result text_of(void *item)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "number %d", *(const int *)item);

    if (*(const int *)item == 7)
        return coil_raise(EDOM, "seven is not wanted");
    return coil_bytes_result(text, (size_t)n + 1);
}

TEST(bytes_come_back_from_every_kind)
{
    struct coil_map_options options = {.job = {.drop_result = coil_bytes_free}, .chunk = 2};
    char expected[32];

    for (open_fn *const *open = kinds; *open != NULL; open++) {
        struct coil_executor *executor = (*open)();

        CHECK_EQ(coil_executor_map_with(executor, text_of, items, ITEMS, results, &options), 1);
        CHECK_EQ(coil_executor_map_with(executor, text_of, items, ITEMS, NULL, &options), 1);
        coil_executor_close(executor);
        for (int i = 0; i < ITEMS; i++) {
            struct coil_bytes *bytes = results[i].value;

            snprintf(expected, sizeof(expected), "number %d", i);
            CHECK_EQ(results[i].status, i == 7 ? -EDOM : 0);
            if (i != 7)
                CHECK_STR(bytes->data, expected);
            coil_bytes_free(bytes);
        }
    }
}

TEST(first_error_tells_its_sentence_from_every_kind)
{
    struct coil_map_options options = {.stop_on_error = true,
                                       .job = {.drop_result = coil_bytes_free}};

    for (open_fn *const *open = kinds; *open != NULL; open++) {
        struct coil_executor *executor = (*open)();

        CHECK_EQ(coil_executor_map_with(executor, text_of, items, ITEMS, results, &options), -EDOM);
        CHECK_STR(coil_exception_text(coil_current_exception()), "seven is not wanted");
        coil_executor_close(executor);
        for (int i = 0; i < ITEMS; i++)
            coil_bytes_free(results[i].status >= 0 ? results[i].value : NULL);
    }
}

static struct coil_result die_of_5(void *item)
{
    if (*(const int *)item == 5)
        raise(SIGKILL);
    return coil_number(1);
}

TEST(worker_that_is_killed_costs_its_item_only)
{
    struct coil_executor *executor = processes();
    struct coil_map_options options = {.at_once = 1};

    CHECK_EQ(coil_executor_map_with(executor, die_of_5, items, ITEMS, results, &options), 1);
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, i == 5 ? -COIL_EDIED : 1);
    coil_executor_close(executor);
}

/* ---- cancelled ---- */

/* Whether one has begun; processes write it, too. NULL: nobody asks. */
static int *begun;

/* Ends when it is told to, whatever it runs on. */
static coil_async struct coil_result obey(void *item)
{
    struct coil_event never = {0};

    (void)item;
    if (begun != NULL)
        __atomic_store_n(begun, 1, __ATOMIC_SEQ_CST);
    if (coil_loop_current() != NULL)
        return coil_error(coil_event_wait(&never));
    while (!coil_job_cancelled())
        usleep(200);
    return coil_error(-ECANCELED);
}

static void check_all_cancelled(void)
{
    for (int i = 0; i < ITEMS; i++)
        CHECK_EQ(results[i].status, -ECANCELED);
    memset(results, 0, sizeof(results));
}

/* What was cancelled before it began is done a moment before its pool looks at it. */
static void await_no_jobs(const struct coil_executor *executor)
{
    for (int ms = 0; coil_executor_jobs(executor) > 0; ms++) {
        CHECK(ms < LIMIT / COIL_MS(1));
        usleep(1000);
    }
}

TEST(thread_that_has_no_more_time_cancels_every_kind)
{
    struct coil_map_options options = {.timeout_ns = COIL_MS(20), .chunk = 2};

    for (open_fn *const *open = kinds; *open != NULL; open++) {
        struct coil_executor *executor = (*open)();

        CHECK_EQ(coil_executor_map_with(executor, obey, items, ITEMS, results, &options),
                 -ETIMEDOUT);
        check_all_cancelled();
        await_no_jobs(executor);
        coil_executor_close(executor);
    }
}

static coil_async struct coil_result map_obey(void *executor)
{
    return coil_number(coil_executor_map(executor, obey, items, ITEMS, results));
}

static coil_async struct coil_result map_and_cancel(void *executor)
{
    struct coil_future *task = coil_create_task(map_obey, executor);
    int64_t status;

    CHECK_EQ(coil_sleep(COIL_MS(10)), 0);
    CHECK(coil_future_cancel(task, "enough"));
    status = coil_await(task).status;
    coil_future_unref(task);
    return coil_number(status);
}

static void check_cancelled_in_task(open_fn *open)
{
    struct coil_executor *executor = open();

    CHECK_EQ(coil_run(map_and_cancel, executor).status, -ECANCELED);
    check_all_cancelled();
    coil_executor_close(executor); /* not in a task */
}

DRIVER_TEST(cancelled_task_cancels_threads)
{
    check_cancelled_in_task(threads);
}

DRIVER_TEST(cancelled_task_cancels_loops)
{
    check_cancelled_in_task(loops);
}

DRIVER_TEST(cancelled_task_cancels_processes)
{
    check_cancelled_in_task(processes);
}

/* ---- shut down meanwhile ---- */

static void *shut_down_soon(void *executor)
{
    struct coil_stop_options at_once = {.grace_ns = LIMIT};

    await_number(begun, 1);
    CHECK_EQ(coil_executor_shutdown(executor, &at_once), 0); /* not in a task */
    return NULL;
}

TEST(executor_that_is_shut_down_meanwhile_refuses_the_rest)
{
    begun = mmap(NULL, sizeof(*begun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(begun != MAP_FAILED);
    for (open_fn *const *open = kinds; *open != NULL; open++) {
        struct coil_executor *executor = (*open)();
        pthread_t thread;

        __atomic_store_n(begun, 0, __ATOMIC_SEQ_CST);
        CHECK_EQ(pthread_create(&thread, NULL, shut_down_soon, executor), 0);
        CHECK_EQ(coil_executor_map(executor, obey, items, ITEMS, results), -COIL_ESTOPPED);
        CHECK_EQ(pthread_join(thread, NULL), 0);
        CHECK_EQ(results[0].status, -ECANCELED);
        CHECK_EQ(results[ITEMS - 1].status, -COIL_ESTOPPED);
        CHECK_EQ(coil_executor_map(executor, cube, items, ITEMS, NULL), -COIL_ESTOPPED);
        coil_executor_close(executor);
    }
}

/* ---- without memory ---- */

static coil_async void fail_each_allocation(struct coil_executor *executor)
{
    struct coil_map_options options = {.chunk = 30, .at_once = 2};

    for (uint64_t k = 1; k < 60; k++) {
        int64_t status;

        coil__fault_arm(FAULT_ALLOC, k, k % 2 == 0);
        status = coil_executor_map_with(executor, cube, items, ITEMS, results, &options);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(status >= 0 || status == -ENOMEM || status == -EAGAIN || status == -COIL_EDIED);
        for (int i = 0; i < ITEMS; i++)
            CHECK(results[i].status < 0 || results[i].status == i * i * i);
    }
    CHECK_EQ(coil_executor_map_with(executor, cube, items, ITEMS, results, &options), 0);
    check_cubes();
}

TEST(every_allocation_may_fail)
{
    for (open_fn *const *open = kinds + 1; *open != NULL; open++) { /* in this process */
        struct coil_executor *executor = (*open)();

        fail_each_allocation(executor);
        coil_executor_close(executor);
    }
}

static coil_async struct coil_result fail_each_in_task(void *executor)
{
    fail_each_allocation(executor);
    return coil_value(NULL);
}

DRIVER_TEST(every_allocation_may_fail_in_a_task)
{
    struct coil_executor *executor = threads();

    CHECK_EQ(coil_run(fail_each_in_task, executor).status, 0);
    coil_executor_close(executor);
}

/* ---- from inside ---- */

static struct coil_executor *the_pool;

static coil_async struct coil_result map_on_own_pool(void *unused)
{
    (void)unused;
    return coil_number(coil_executor_map(the_pool, cube, items, ITEMS, results));
}

TEST(job_maps_on_its_own_pool_of_one_thread)
{
    struct coil_thread_pool_options options = {.threads = 1};

    the_pool = opened(coil_thread_pool_open(&options));
    CHECK_EQ(finish(coil_executor_submit(the_pool, map_on_own_pool, NULL)), 0);
    check_cubes();
    coil_executor_close(the_pool);
}

TEST(job_maps_on_its_own_pool_of_one_loop)
{
    struct coil_loop_pool_options options = {.loops = 1};

    the_pool = opened(coil_loop_pool_open(&options));
    CHECK_EQ(finish(coil_executor_submit(the_pool, map_on_own_pool, NULL)), 0);
    check_cubes();
    coil_executor_close(the_pool);
}

static int64_t refused;

static void map_in_callback(void *unused)
{
    (void)unused;
    refused = coil_executor_map(the_pool, cube, items, ITEMS, results); /* not in a task */
}

static coil_async struct coil_result call_back(void *unused)
{
    struct coil_call call;

    (void)unused;
    coil_call_init(&call, map_in_callback, NULL);
    coil_call_soon(coil_loop_current(), &call);
    return coil_error(coil_sleep(COIL_MS(1)));
}

TEST(callback_that_would_wait_for_its_own_loop_is_refused)
{
    struct coil_loop_pool_options options = {.loops = 1};

    the_pool = opened(coil_loop_pool_open(&options));
    CHECK_EQ(finish(coil_executor_submit(the_pool, call_back, NULL)), 0);
    CHECK_EQ(refused, -EDEADLK);
    CHECK_EQ(results[0].status, -EDEADLK);
    CHECK_EQ(results[ITEMS - 1].status, -ECANCELED);
    coil_executor_close(the_pool);
}

/* ---- many ---- */

static void check_many(open_fn *open, size_t n, size_t chunk)
{
    struct coil_map_options options = {.at_once = 1000, .chunk = chunk};
    struct coil_executor *executor = open();
    int *many = malloc(n * sizeof(int));
    struct coil_result *all = malloc(n * sizeof(*all));

    for (size_t i = 0; i < n; i++)
        many[i] = (int)i;
    /* not in a task */
    CHECK_EQ(coil_executor_map_with(executor, cube, many, n, all, &options), 0);
    for (size_t i = 0; i < n; i++)
        CHECK_EQ(all[i].status, (int64_t)i * (int64_t)i * (int64_t)i);
    coil_executor_close(executor); /* not in a task */
    free(many);
    free(all);
}

static size_t million(void)
{
    return (size_t)kit_effort(1000000) / (size_t)kit_slowness();
}

SLOW_TEST(million_items_on_threads, 60)
{
    check_many(threads, million(), 1);
}

SLOW_TEST(million_items_on_loops, 60)
{
    check_many(loops, million(), 1);
}

SLOW_TEST(million_items_in_processes, 60)
{
    check_many(processes, million(), 100);
}
