/* What all executors share, on a kind that runs its jobs where they are submitted. */
#include "base/fault.h"
#include "jobs.h"
#include "work/executor.h"

static struct kind_log {
    int submitted, payloads, shut_down, freed;
    int64_t drain_ns;
    bool here;
    int held; /* its end waits until this is zero */
} was;
static pthread_t freed_by;

static struct coil_cfuture *submit_now(struct coil_executor *self, const struct job_spec *spec)
{
    struct coil_result result = spec->fn(spec->arg);
    struct coil_cfuture *future = coil_cfuture_new();

    (void)self;
    was.submitted++;
    if (spec->options->drop_arg != NULL)
        spec->options->drop_arg(spec->arg);
    coil_cfuture_set_result(future, result, spec->options->drop_result);
    return future;
}

static int64_t shut_down(struct coil_executor *self, const struct coil_stop_options *options)
{
    (void)self;
    was.shut_down++;
    was.drain_ns = options->drain_ns;
    while (__atomic_load_n(&was.held, __ATOMIC_SEQ_CST) > 0)
        usleep(1000);
    return 3;
}

static void let_go(void)
{
    __atomic_sub_fetch(&was.held, 1, __ATOMIC_SEQ_CST);
}

static bool is_here(const struct coil_executor *self)
{
    (void)self;
    return __atomic_load_n(&was.here, __ATOMIC_SEQ_CST);
}

static void note_free(struct coil_executor *self)
{
    (void)self;
    freed_by = pthread_self();
    __atomic_add_fetch(&was.freed, 1, __ATOMIC_SEQ_CST);
}

static const struct executor_kind kind = {
    .submit = submit_now, .shutdown = shut_down, .is_here = is_here, .free = note_free};

static struct coil_cfuture *take_payload(struct coil_executor *self, struct payload *payload,
                                         const struct coil_job_options *options, const char *place)
{
    (void)self;
    (void)options;
    was.payloads++;
    CHECK(payload->n == 3 || payload->n == 1);
    coil__payload_free(payload);
    return coil__cfuture_failed(-EIO, NULL, place);
}

static const struct executor_kind bytes_only = {
    .submit_payload = take_payload, .shutdown = shut_down, .is_here = is_here, .free = note_free};

static struct coil_executor executor;

static void open_one(const struct executor_kind *of_kind)
{
    coil__executor_init(&executor, of_kind, 7);
}

TEST(nothing_and_what_is_shut_down_refuse)
{
    struct coil_job_options options = {.drop_arg = job_drop};
    struct job job = {.dropped = 0};

    open_one(&kind);
    CHECK_EQ(finish(coil_executor_submit_with(NULL, give_number, &job, &options)), -COIL_ESTOPPED);
    CHECK_EQ(job.dropped, 1);
    CHECK_EQ(finish(coil_executor_submit_bytes(NULL, give_number, "x", 1)), -COIL_ESTOPPED);
    CHECK_EQ(finish(coil_executor_submit_batch(NULL, give_number, "xyz", 3)), -COIL_ESTOPPED);
    CHECK_EQ(coil_executor_shutdown(&executor, NULL), 3);
    CHECK_EQ(finish(coil_executor_submit_with(&executor, give_number, &job, &options)),
             -COIL_ESTOPPED);
    CHECK_EQ(job.dropped, 2);
    CHECK_EQ(finish(coil_executor_submit_bytes(&executor, give_number, "x", 1)), -COIL_ESTOPPED);
    CHECK_EQ(was.submitted, 0);
    coil_executor_close(&executor);
    coil_executor_close(NULL);
    CHECK_EQ(coil_executor_shutdown(NULL, NULL), 0);
    CHECK_EQ(was.freed, 1);
}

static struct coil_result count_bytes(void *arg)
{
    return coil_number((int64_t)coil_job_arg_bytes(arg));
}

TEST(bytes_and_batches_reach_a_kind_that_knows_only_pointers)
{
    struct coil_cfuture *job;
    struct coil_result result;

    open_one(&kind);
    CHECK_EQ(coil_executor_workers(&executor), 7);
    CHECK_EQ(finish(coil_executor_submit(&executor, give_number, (void *)9)), 9);
    CHECK_EQ(finish(coil_executor_submit_bytes(&executor, count_bytes, "five!", 5)), 5);
    job = coil_executor_submit_batch(&executor, count_bytes, "xyz", 3);
    result = coil_cfuture_take(job, 0);
    CHECK_EQ(((struct coil_results *)result.value)->n, 3);
    CHECK_EQ(((struct coil_results *)result.value)->of[2].status, 1);
    coil_results_free(result.value);
    coil_cfuture_unref(job);
    coil_cfuture_unref(coil_executor_submit_batch(&executor, count_bytes, "xyz", 3));
    coil_executor_close(&executor);
}

TEST(a_kind_for_bytes_takes_no_pointers)
{
    struct coil_job_options options = {.drop_arg = job_drop};
    struct job job = {.dropped = 0};

    open_one(&bytes_only);
    CHECK_EQ(finish(coil_executor_submit_with(&executor, give_number, &job, &options)), -EINVAL);
    CHECK_EQ(job.dropped, 1);
    CHECK_EQ(finish(coil_executor_submit_batch(&executor, count_bytes, "xyz", 3)), -EIO);
    CHECK_EQ(finish(coil_executor_submit_symbol(&executor, "anything", "x", 1)), -EIO);
    CHECK_EQ(was.payloads, 2);
    coil_executor_close(&executor);
}

TEST(it_is_shut_down_once_and_whoever_asks_again_waits)
{
    struct coil_stop_options options = {.drain_ns = 5};

    open_one(&kind);
    CHECK_EQ(coil_executor_shutdown(&executor, &options), 3);
    CHECK_EQ(coil_executor_shutdown(&executor, NULL), 3);
    CHECK_EQ(was.drain_ns, 5);
    coil_executor_close(&executor);
    CHECK_EQ(was.shut_down, 1);
    CHECK_EQ(was.freed, 1);
}

static coil_async struct coil_result tick(void *unused)
{
    (void)unused;
    while (coil_sleep(COIL_MS(1)) == 0)
        let_go();
    return coil_error(-ECANCELED);
}

static coil_async struct coil_result shut_down_in_task(void *unused)
{
    struct coil_future *ticking = coil_create_task(tick, NULL);

    (void)unused;
    CHECK_EQ(coil_executor_shutdown(&executor, NULL), 3); /* which waits for five ticks */
    coil_executor_close(&executor);
    coil_future_cancel(ticking, NULL);
    return coil_error(coil_join(ticking).status == -ECANCELED ? 0 : -EIO);
}

TEST(in_a_task_the_loop_goes_on_meanwhile)
{
    open_one(&kind);
    was.held = 5;
    CHECK_EQ(coil_run(shut_down_in_task, NULL).status, 0);
    CHECK_EQ(was.freed, 1);
}

static coil_async struct coil_result close_it(void *unused)
{
    (void)unused;
    coil_executor_close(&executor);
    CHECK_EQ(was.freed, 1); /* to the end */
    return coil_error(coil_sleep(COIL_MS(1)));
}

static coil_async struct coil_result cancel_a_close(void *unused)
{
    struct coil_future *closing = coil_create_task(close_it, NULL);

    (void)unused;
    coil_sleep(COIL_MS(5));
    coil_future_cancel(closing, NULL);
    let_go();
    return coil_error(coil_join(closing).status == -ECANCELED ? 0 : -EIO);
}

TEST(a_cancelled_close_goes_on_and_the_next_await_tells)
{
    open_one(&kind);
    was.held = 1;
    CHECK_EQ(coil_run(cancel_a_close, NULL).status, 0);
}

static coil_async struct coil_result shut_it_down(void *unused)
{
    (void)unused;
    return coil_error(coil_executor_shutdown(&executor, NULL));
}

static coil_async struct coil_result cancel_a_shutdown(void *unused)
{
    struct coil_future *task = coil_create_task(shut_it_down, NULL);

    (void)unused;
    coil_sleep(COIL_MS(5));
    coil_future_cancel(task, NULL);
    let_go();
    CHECK_EQ(coil_join(task).status, -ECANCELED);
    CHECK_EQ(coil_executor_shutdown(&executor, NULL), 3); /* it went on */
    coil_executor_close(&executor);
    return coil_number(0);
}

TEST(a_cancelled_shutdown_goes_on_by_itself)
{
    open_one(&kind);
    was.held = 1;
    CHECK_EQ(coil_run(cancel_a_shutdown, NULL).status, 0);
    CHECK_EQ(was.shut_down, 1);
}

TEST(on_its_own_thread_a_shutdown_only_begins)
{
    open_one(&kind);
    was.here = true;
    CHECK_EQ(coil_executor_shutdown(&executor, NULL), -EDEADLK);
    __atomic_store_n(&was.here, false, __ATOMIC_SEQ_CST);
    CHECK_EQ(finish(coil_executor_submit(&executor, give_number, NULL)), -COIL_ESTOPPED);
    CHECK_EQ(coil_executor_shutdown(&executor, NULL), 3);
    coil_executor_close(&executor);
}

TEST(whoever_closes_is_the_last_who_has_it)
{
    for (int i = 0; i < 20; i++) {
        was = (struct kind_log){.here = true};
        open_one(&kind);
        CHECK_EQ(coil_executor_shutdown(&executor, NULL), -EDEADLK); /* a worker does it */
        __atomic_store_n(&was.here, false, __ATOMIC_SEQ_CST);
        coil_executor_close(&executor);
        CHECK_EQ(was.freed, 1);
        CHECK(pthread_equal(freed_by, pthread_self()));
        memset(&executor, 0xff, sizeof(executor));
    }
}

static coil_async struct coil_result close_without_memory(void *unused)
{
    (void)unused;
    coil__fault_arm(FAULT_ALLOC, 1, false);
    CHECK_EQ(coil_executor_shutdown(&executor, NULL), -ENOMEM); /* for a thread */
    CHECK_EQ(was.shut_down, 0);
    coil__fault_arm(FAULT_ALLOC, 1, false);
    coil_executor_close(&executor);
    CHECK_EQ(was.shut_down, 1);
    CHECK_EQ(was.freed, 1);
    return coil_number(0);
}

TEST(a_close_in_a_task_without_memory_for_a_thread_is_done_in_this_one)
{
    open_one(&kind);
    CHECK_EQ(coil_run(close_without_memory, NULL).status, 0);
}

FAIL_TEST(on_its_own_thread_a_close_aborts, "close it from elsewhere")
{
    open_one(&kind);
    was.here = true;
    coil_executor_close(&executor);
}

FAIL_TEST(the_default_one_is_never_shut_down, "open one of your own")
{
    coil_executor_shutdown(coil_default_executor(), NULL);
}

static int refuses_in_child(void *unused)
{
    (void)unused;
    if (finish(coil_executor_submit(&executor, give_number, NULL)) != -COIL_EFORKED)
        return 1;
    if (coil_executor_shutdown(&executor, NULL) != 0) /* not in a task */
        return 2;
    if (coil_executor_jobs(&executor) != 0)
        return 3;
    coil_executor_close(&executor); /* not in a task */
    return was.shut_down == 0 && was.freed == 1 ? 0 : 4;
}

TEST(in_the_child_of_a_fork_it_refuses_and_can_be_closed)
{
    open_one(&kind);
    in_child(refuses_in_child, NULL);
    coil_executor_close(&executor);
    CHECK_EQ(was.shut_down, 1);
}

static void expect_reason(struct coil_cfuture *refused, const char *reason)
{
    CHECK_HAS(coil_exception_text(coil_cfuture_exception(refused)), reason);
    coil_cfuture_unref(refused);
}

TEST(a_refusal_tells_in_a_sentence_what_to_do)
{
    expect_reason(coil_executor_submit(NULL, give_number, NULL), "could not be opened");
    expect_reason(coil_executor_submit_bytes(NULL, give_number, "x", 1), "could not be opened");
    open_one(&bytes_only);
    expect_reason(coil_executor_submit(&executor, give_number, NULL), "coil_executor_submit_bytes");
    coil_executor_shutdown(&executor, NULL); /* not in a task */
    expect_reason(coil_executor_submit_batch(&executor, give_number, "x", 1), "is shut down");
    coil_executor_close(&executor); /* not in a task */
}

TEST(outside_of_jobs_nothing_is_cancelled)
{
    CHECK(!coil_job_cancelled());
}

TEST(without_memory_a_job_is_refused_and_its_argument_dropped)
{
    struct coil_job_options options = {.drop_arg = job_drop};
    struct job job = {.dropped = 0};

    open_one(&kind);
    coil__fault_arm(FAULT_ALLOC, 1, true);
    CHECK_EQ(finish(coil_executor_submit_with(NULL, give_number, &job, &options)), -ENOMEM);
    CHECK_EQ(finish(coil_executor_submit_bytes(&executor, give_number, "x", 1)), -ENOMEM);
    CHECK_EQ(finish(coil_executor_submit_batch(&executor, give_number, "x", 1)), -ENOMEM);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(job.dropped, 1);
    coil_executor_close(&executor);
}
