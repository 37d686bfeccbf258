/* Coroutines on the loops of a pool: where they are placed, and how the pool ends. */
#include "base/fault.h"
#include "jobs.h"
#include "pools.h"

#include <sched.h>
#include <sys/resource.h>

/* ---- open ---- */

static struct coil_result tell_loop_name(void *unused)
{
    (void)unused;
    return coil_value((void *)(uintptr_t)coil_loop_name(coil_loop_current()));
}

DRIVER_TEST(opened_its_loops_run_under_numbered_names)
{
    struct coil_loop_pool_options options = {
        .name = "grid", .loops = 3, .placement = COIL_ROUND_ROBIN};
    struct coil_executor *pool = coil_loop_pool_open(&options);
    static const char *const names[] = {"grid-0", "grid-1", "grid-2"};

    CHECK(pool != NULL);
    CHECK_EQ(coil_executor_workers(pool), 3);
    for (unsigned i = 0; i < 3; i++) {
        struct coil_cfuture *job = coil_executor_submit(pool, tell_loop_name, NULL);

        CHECK_STR(coil_loop_name(coil_loop_pool_loop(pool, i)), names[i]);
        CHECK_STR(coil_loop_driver(coil_loop_pool_loop(pool, i)), getenv("COIL_DRIVER"));
        CHECK_STR((const char *)coil_cfuture_result(job, LIMIT).value, names[i]);
        coil_cfuture_unref(job);
    }
    CHECK_PTR(coil_loop_pool_loop(pool, 3), NULL);
    coil_executor_close(pool); /* not in a task */
}

TEST(without_options_it_has_a_loop_for_each_processor)
{
    struct coil_executor *pool = coil_loop_pool_open(NULL);
    cpu_set_t usable;

    CHECK_EQ(sched_getaffinity(0, sizeof(usable), &usable), 0);
    CHECK_EQ(coil_executor_workers(pool), CPU_COUNT(&usable));
    CHECK_STR(coil_loop_name(coil_loop_pool_loop(pool, 0)), "coil-loop-0");
    coil_executor_close(pool); /* not in a task */
}

static struct coil_result count_processors(void *unused)
{
    cpu_set_t usable;

    (void)unused;
    CHECK_EQ(sched_getaffinity(0, sizeof(usable), &usable), 0);
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &usable))
            return coil_number(CPU_COUNT(&usable) == 1 ? (int64_t)i : -EIO);
    return coil_error(-EIO);
}

TEST(pinned_each_loop_has_a_processor_of_its_own)
{
    struct coil_loop_pool_options options = {.pin = true, .placement = COIL_ROUND_ROBIN};
    struct coil_executor *pool = coil_loop_pool_open(&options);
    int64_t last = -1;

    CHECK(pool != NULL);
    for (unsigned i = 0; i < coil_executor_workers(pool); i++) {
        int64_t cpu = finish(coil_executor_submit(pool, count_processors, NULL));

        CHECK(cpu > last);
        last = cpu;
    }
    coil_executor_close(pool); /* not in a task */
}

TEST(open_that_cannot_be_tells_why_and_leaves_nothing)
{
    struct coil_loop_pool_options options = {.loops = 2, .loop = {.driver = "no such driver"}};

    CHECK_PTR(coil_loop_pool_open(&options), NULL);
    CHECK_EQ(errno, ENOSYS);
    options = (struct coil_loop_pool_options){.loops = 1u << 30};
    CHECK_PTR(coil_loop_pool_open(&options), NULL);
    CHECK_EQ(errno, EINVAL);
    options = (struct coil_loop_pool_options){.loops = 2, .pin = true};
    for (uint64_t k = 1; k < 60; k++) {
        struct coil_executor *pool;

        coil__fault_arm(k % 2 ? FAULT_SYS : FAULT_ALLOC, (k + 1) / 2, false);
        errno = 0;
        pool = coil_loop_pool_open(&options);
        coil__fault_arm(FAULT_SYS, 0, false);
        coil__fault_arm(FAULT_ALLOC, 0, false);
        CHECK(pool != NULL || errno != 0);
        coil_executor_close(pool); /* not in a task */
    }
}

TEST(out_of_descriptors_open_says_so)
{
    struct coil_loop_pool_options options = {.loops = 64};
    struct rlimit usual, few;

    getrlimit(RLIMIT_NOFILE, &usual);
    few = (struct rlimit){24, usual.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    CHECK_PTR(coil_loop_pool_open(&options), NULL);
    CHECK_EQ(errno, EMFILE);
    setrlimit(RLIMIT_NOFILE, &usual);
}

/* ---- placement ---- */

TEST(round_robin_goes_to_each_in_turn)
{
    struct coil_executor *pool = open_pool(3, COIL_ROUND_ROBIN);

    for (int i = 0; i < 9; i++)
        CHECK_EQ(loop_of_job(pool, 0), i % 3);
    coil_executor_close(pool); /* not in a task */
}

TEST(least_loaded_fills_up_evenly_and_takes_the_idle_one)
{
    struct coil_executor *pool = open_pool(3, COIL_LEAST_LOADED);
    struct job jobs[6];
    struct coil_cfuture *handles[6];

    for (int i = 0; i < 6; i++) {
        job_init(&jobs[i]);
        handles[i] = coil_executor_submit(pool, job_run, &jobs[i]);
        await_post(&jobs[i].started);
    }
    CHECK_EQ(coil_executor_jobs(pool), 6);
    coil_cfuture_cancel(handles[4]); /* the second one's second */
    finish(handles[4]);
    CHECK_EQ(coil_executor_jobs(pool), 5);
    CHECK_EQ(loop_of_job(pool, 0), 1);
    for (int i = 0; i < 6; i++)
        if (i != 4) {
            coil_cfuture_cancel(handles[i]);
            CHECK_EQ(finish(handles[i]), -ECANCELED);
        }
    coil_executor_close(pool); /* not in a task */
    for (int i = 0; i < 6; i++)
        job_fini(&jobs[i]);
}

DRIVER_TEST(jobs_with_the_same_key_go_to_the_same_loop)
{
    struct coil_executor *pool = open_pool(4, COIL_ROUND_ROBIN);
    int jobs_of[4] = {0};

    for (uint64_t key = 1; key <= 64; key++) {
        int loop = loop_of_job(pool, key);

        jobs_of[loop]++;
        CHECK_EQ(loop_of_job(pool, key), loop);
    }
    for (int i = 0; i < 4; i++)
        CHECK(jobs_of[i] >= 4); /* 16 on average */
    coil_executor_close(pool);  /* not in a task */
}

static int order[100], ordered;

static struct coil_result note_order(void *number)
{
    order[ordered++] = (int)(intptr_t)number;
    return coil_value(NULL);
}

TEST(jobs_with_the_same_key_begin_in_the_order_of_submission)
{
    struct coil_executor *pool = open_pool(2, COIL_LEAST_LOADED);
    struct coil_job_options options = {.key = 7};
    struct coil_cfuture *jobs[100];

    for (intptr_t i = 0; i < 100; i++)
        jobs[i] = coil_executor_submit_with(pool, note_order, (void *)i, &options);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(finish(jobs[i]), 0);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(order[i], i);
    coil_executor_close(pool); /* not in a task */
}

TEST(a_loop_whose_thread_died_is_passed_over)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_job_options options = {.key = 1};

    if (UNDER_TSAN)
        SKIP("no pthread_exit on a coroutine's stack");
    CHECK_EQ(finish(coil_executor_submit_with(pool, end_thread, NULL, &options)), -COIL_EDIED);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(finish(coil_executor_submit(pool, give_number, (void *)4)), 4);
    CHECK_EQ(finish(coil_executor_submit_with(pool, give_number, (void *)5, &options)), 5);
    CHECK_EQ(finish(coil_executor_submit(pool, end_thread, NULL)), -COIL_EDIED);
    CHECK_EQ(finish(coil_executor_submit(pool, give_number, NULL)), -COIL_ESTOPPED);
    coil_executor_close(pool); /* not in a task */
}

/* ---- options of a job ---- */

static struct coil_var color = COIL_VAR("color", 0);

static coil_async struct coil_result tell_color(void *unused)
{
    (void)unused;
    coil_yield();
    return coil_number((intptr_t)coil_var_get(&color));
}

static coil_async struct coil_result change_color(void *value)
{
    coil_var_set(&color, value);
    coil_yield();
    return coil_number((intptr_t)coil_var_get(&color));
}

TEST(a_job_runs_in_a_copy_of_the_submitters_context)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);

    coil_var_set(&color, (void *)11);
    CHECK_EQ(finish(coil_executor_submit(pool, tell_color, NULL)), 11);
    CHECK_EQ(finish(coil_executor_submit(pool, change_color, (void *)12)), 12);
    CHECK_EQ(finish(coil_executor_submit(pool, tell_color, NULL)), 11);
    coil_executor_close(pool); /* not in a task */
}

TEST(a_job_may_run_in_a_context_that_its_submitter_gives_up)
{
    struct coil_executor *pool = open_pool(1, COIL_ROUND_ROBIN);
    struct coil_job_options options = {.name = "painter"};
    struct coil_cfuture *job;
    struct plug plug;

    coil_var_set(&color, (void *)11);
    options.context = coil_context_copy();
    coil_var_set(&color, (void *)12);
    plug_loop(&plug, pool, 0);
    job = coil_executor_submit_with(pool, tell_color, NULL, &options);
    coil_context_unref(options.context);
    plug_pull(&plug);
    CHECK_EQ(finish(job), 11);
    coil_executor_close(pool); /* not in a task */
}

static coil_async struct coil_result use_stack(void *unused)
{
    volatile char deep[512 * 1024];

    (void)unused;
    for (size_t i = 0; i < sizeof(deep); i += 4096)
        deep[i] = 1;
    coil_yield();
    return coil_number(deep[4096]);
}

TEST(a_job_has_the_stack_it_asks_for)
{
    struct coil_executor *pool = open_pool(1, COIL_ROUND_ROBIN);
    struct coil_job_options options = {.stack_bytes = 1024 * 1024};

    CHECK_EQ(finish(coil_executor_submit_with(pool, use_stack, NULL, &options)), 1);
    coil_executor_close(pool); /* not in a task */
}

static coil_async struct coil_result tell_name(void *unused)
{
    char name[32];

    (void)unused;
    coil_task_name(coil_current_task(), name, sizeof(name));
    return coil_number(strcmp(name, "painter") == 0);
}

TEST(a_job_has_a_name_and_its_argument_is_dropped)
{
    struct coil_executor *pool = open_pool(1, COIL_ROUND_ROBIN);
    struct coil_job_options options = {.name = "painter", .drop_arg = job_drop};
    struct job job;

    job_init(&job);
    CHECK_EQ(finish(coil_executor_submit_with(pool, tell_name, &job, &options)), 1);
    CHECK_EQ(job.dropped, 1);
    coil_executor_close(pool); /* not in a task */
    job_fini(&job);
}

/* ---- batches ---- */

static coil_async struct coil_result square(void *item)
{
    int64_t number = *(const int *)item;

    coil_yield();
    return number == 13 ? coil_raise(EIO, "unlucky %d", 13) : coil_number(number * number);
}

DRIVER_TEST(a_batch_runs_on_one_loop_and_its_results_are_in_order)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_results *results;
    struct coil_cfuture *job;
    int numbers[1000];

    for (int i = 0; i < 1000; i++)
        numbers[i] = i;
    job = coil_executor_submit_batch(pool, square, numbers, 1000);
    results = coil_cfuture_result(job, LIMIT).value;
    CHECK_EQ(results->n, 1000);
    for (int i = 0; i < 1000; i++)
        CHECK_EQ(results->of[i].status, i == 13 ? -EIO : i * i);
    CHECK_HAS(coil_exception_text(coil_results_exception(results, 13)), "unlucky 13");
    CHECK_PTR(coil_results_exception(results, 14), NULL);
    coil_cfuture_unref(job);
    coil_executor_close(pool); /* not in a task */
}

static int items_begun, items_cancelled;

static coil_async struct coil_result wait_in_batch(void *unused)
{
    struct coil_event never = {0};
    int err;

    (void)unused;
    __atomic_add_fetch(&items_begun, 1, __ATOMIC_SEQ_CST);
    err = coil_event_wait(&never);
    items_cancelled += err == -ECANCELED;
    return coil_error(err);
}

TEST(cancelling_a_batch_cancels_every_item)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *job;
    char items[50] = {0};

    job = coil_executor_submit_batch(pool, wait_in_batch, items, 50);
    await_number(&items_begun, 50);
    CHECK(coil_cfuture_cancel(job));
    CHECK_EQ(finish(job), -ECANCELED);
    CHECK_EQ(items_cancelled, 50);
    coil_executor_close(pool); /* not in a task */
}

/* The last one awaits all the same, when it has seen it: the loop may hear of the end only then. */
static coil_async struct coil_result compute_in_batch(void *last)
{
    __atomic_add_fetch(&items_begun, 1, __ATOMIC_SEQ_CST);
    while (!coil_job_cancelled())
        ;
    return *(char *)last ? coil_error(coil_sleep(COIL_FOREVER)) : coil_number(0);
}

TEST(an_item_that_never_awaits_sees_that_its_batch_is_to_end)
{
    struct coil_executor *pool = open_pool(1, COIL_ROUND_ROBIN);
    struct coil_cfuture *job;
    char items[3] = {0, 0, 1};

    job = coil_executor_submit_batch(pool, compute_in_batch, items, 3);
    await_number(&items_begun, 1);
    CHECK(coil_cfuture_cancel(job));
    CHECK_EQ(finish(job), -ECANCELED);
    items_begun = 0;
    job = coil_executor_submit_batch(pool, compute_in_batch, items, 3);
    await_number(&items_begun, 1);
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    CHECK_EQ(finish(job), -ECANCELED);
    coil_executor_close(pool); /* not in a task */
}

static coil_async struct coil_result gather_both(void *arg)
{
    struct coil_executor *pool = arg;
    int numbers[] = {3, 4};
    struct coil_future *both[2], *all;
    struct coil_result result;

    for (int i = 0; i < 2; i++) {
        struct coil_cfuture *job = coil_executor_submit_batch(pool, square, &numbers[i], 1);

        both[i] = coil_wrap_future(job);
        coil_cfuture_unref(job);
    }
    all = coil_gather(both, 2, 0);
    result = coil_await(all);
    coil_future_unref(all);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(((struct coil_results *)coil_future_result(both[i]).value)->of[0].status,
                 numbers[i] * numbers[i]);
        coil_future_unref(both[i]);
    }
    return coil_error(result.status);
}

TEST(a_job_awaits_jobs_of_its_own_pool)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);

    CHECK_EQ(finish(coil_executor_submit(pool, gather_both, pool)), 0);
    coil_executor_close(pool); /* not in a task */
}

static struct coil_result block_on(void *job)
{
    return coil_error(coil_cfuture_wait(job, LIMIT));
}

TEST(a_job_that_would_block_for_one_of_its_own_pool_is_refused)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *waits = coil_executor_submit(pool, wait_for_ever, NULL);

    for (int i = 0; i < 2; i++) { /* on its own loop and on the other */
        struct coil_cfuture *blocks = coil_executor_submit(pool, block_on, waits);

        CHECK_EQ(coil_cfuture_result(blocks, LIMIT).status, -EDEADLK);
        CHECK_HAS(coil_exception_text(coil_cfuture_exception(blocks)), "await coil_wrap_future");
        coil_cfuture_unref(blocks);
    }
    coil_executor_close(pool); /* not in a task */
    CHECK_EQ(finish(waits), -ECANCELED);
}

static int refused_in_child(void *pool)
{
    CHECK_EQ(finish(coil_executor_submit(pool, give_number, NULL)), -COIL_EFORKED);
    CHECK_EQ(coil_executor_jobs(pool), 0);
    coil_executor_close(pool); /* not in a task */
    return 0;
}

TEST(in_a_child_of_fork_it_refuses_and_closes)
{
    struct coil_executor *pool = open_pool(2, COIL_ROUND_ROBIN);
    struct coil_cfuture *waits = coil_executor_submit(pool, wait_for_ever, NULL);

    in_child(refused_in_child, pool);
    CHECK_EQ(finish(coil_executor_submit(pool, give_number, (void *)2)), 2);
    coil_executor_close(pool); /* not in a task */
    CHECK_EQ(finish(waits), -ECANCELED);
}

FAIL_TEST(a_loop_is_asked_of_a_loop_pool_only, "needs a loop pool")
{
    coil_loop_pool_loop(NULL, 0);
}
