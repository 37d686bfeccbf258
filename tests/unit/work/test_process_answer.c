/* Results that go straight to the thread that waits, and those that do not. */
#include <signal.h>

#include "base/fault.h"
#include "pool_jobs.h"
#include "work/processes.h"

#define LARGEST (MESSAGE_BYTES - (int64_t)sizeof(struct job_head))

static struct coil_result give_bytes(void *size)
{
    struct coil_bytes *bytes = coil_bytes_new((size_t) * (int64_t *)size);

    memset(bytes->data, 'b', bytes->size);
    return (struct coil_result){7, bytes};
}

static void check_bytes(struct coil_executor *pool, int64_t size)
{
    struct coil_cfuture *job = give(pool, give_bytes, size);
    struct coil_result result = wait_for(job);
    struct coil_bytes *bytes = result.value;

    CHECK_EQ(result.status, 7);
    CHECK_EQ(bytes->size, size);
    for (int64_t i = 0; i < size; i++)
        CHECK_EQ(((char *)bytes->data)[i], 'b');
    coil_cfuture_unref(job);
}

TEST(bytes_around_the_size_of_a_message)
{
    struct coil_executor *pool = open_processes(1);

    for (int64_t size = LARGEST - 2; size <= LARGEST + 2; size++)
        check_bytes(pool, size);
    check_bytes(pool, 0);
    coil_executor_close(pool);
}

TEST(waiter_that_gives_up_loses_nothing)
{
    struct coil_executor *pool = open_processes(1);

    for (int i = 0; i < 300; i++) {
        struct coil_cfuture *job = give(pool, double_it, i);

        while (coil_cfuture_wait(job, COIL_US(i % 7)) == -ETIMEDOUT)
            ;
        CHECK_EQ(status_of(job), 2 * i);
    }
    coil_executor_close(pool);
}

TEST(interrupted_waiter_can_wait_again)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, compute_until_told, 0);
    struct coil_result result;

    await_running(job);
    CHECK_EQ(coil_cfuture_wait(job, COIL_MS(1)), -ETIMEDOUT);
    coil_cfuture_cancel(job);
    result = wait_for(job);
    CHECK_EQ(result.status, 42);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

static void *interrupt(void *job)
{
    await_running(job);
    while (coil_cfuture_state(job) == COIL_CFUTURE_RUNNING)
        coil_interrupt();
    return NULL;
}

TEST(wait_is_interruptible)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, compute_until_told, 0);
    pthread_t thread;

    pthread_create(&thread, NULL, interrupt, job);
    CHECK_EQ(coil_cfuture_wait(job, COIL_FOREVER), -EINTR);
    coil_cfuture_cancel(job);
    pthread_join(thread, NULL);
    CHECK_EQ(status_of(job), 42);
    coil_executor_close(pool);
}

static void *wait_too(void *job)
{
    return (void *)(intptr_t)wait_for(job).status;
}

TEST(all_who_wait_for_one_job_hear_of_it)
{
    struct coil_executor *pool = open_processes(1);
    pthread_t threads[4];
    void *status;

    for (int i = 0; i < kit_effort(50); i++) {
        struct coil_cfuture *job = give(pool, compute_until_told, 0);

        for (int k = 0; k < 4; k++)
            pthread_create(&threads[k], NULL, wait_too, job);
        await_running(job);
        coil_cfuture_cancel(job);
        for (int k = 0; k < 4; k++) {
            pthread_join(threads[k], &status);
            CHECK_EQ((intptr_t)status, 42);
        }
        coil_cfuture_unref(job);
    }
    coil_executor_close(pool);
}

TEST(waiter_hears_of_the_death_of_the_worker)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, sleep_for_ever, 0);
    pthread_t thread;
    void *status;
    int pid;

    await_running(job);
    pthread_create(&thread, NULL, wait_too, job);
    CHECK_EQ(coil_process_pool_pids(pool, &pid, 1), 1);
    kill(pid, SIGKILL);
    pthread_join(thread, &status);
    CHECK_EQ((intptr_t)status, -COIL_EDIED);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

static struct coil_result fail_plainly(void *unused)
{
    (void)unused;
    return coil_error(-EIO);
}

TEST(failure_without_words_has_none)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, fail_plainly, 0);

    CHECK_EQ(wait_for(job).status, -EIO);
    CHECK_PTR(coil_cfuture_exception(job), NULL);
    coil_cfuture_unref(job);
    coil_executor_close(pool);
}

/* ---- what a packet says ---- */

TEST(packet_without_its_descriptor_fails_the_job)
{
    struct job_parts parts = {.head = {.flags = JOB_SHARED, .data_bytes = 100000}};
    struct outcome outcome = coil__outcome_of(&parts, -1);

    CHECK_EQ(outcome.status, -EMFILE);
    CHECK_HAS(coil_exception_text(outcome.exception), "no free descriptor");
    exception_unref(outcome.exception);
}

TEST(packet_whose_memory_is_shorter_than_it_says_fails_the_job)
{
    struct job_parts parts = {.head = {.flags = JOB_SHARED, .data_bytes = 100000}};
    struct outcome outcome = coil__outcome_of(&parts, dup(0));

    CHECK(outcome.status < 0);
    CHECK_HAS(coil_exception_text(outcome.exception), "could not be mapped");
    exception_unref(outcome.exception);
}

TEST(result_without_memory_fails_the_job)
{
    struct job_parts parts = {.head = {.data_bytes = 4}, .data = "abc"};
    struct outcome outcome;

    coil__fault_arm(FAULT_ALLOC, 1, false);
    outcome = coil__outcome_of(&parts, -1);
    coil__fault_arm(FAULT_ALLOC, 0, false);
    CHECK_EQ(outcome.status, -ENOMEM);
    exception_unref(outcome.exception);
    parts.head.flags = JOB_BATCH;
    outcome = coil__outcome_of(&parts, -1);
    CHECK_EQ(outcome.status, -EBADMSG);
    exception_unref(outcome.exception);
}

/* ---- a pool that ends under its waiters ---- */

/* Who waits may look at them still. */
TEST(answers_can_be_looked_at_as_long_as_there_is_a_job)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *job = give(pool, sleep_for_ever, 0);
    const struct tray *answers;

    await_running(job);
    answers = &pool_of(pool)->seats[0].board->answers;
    CHECK_EQ(coil_executor_shutdown(pool, NULL), 0); /* not in a task */
    coil_executor_close(pool);                       /* not in a task */
    CHECK(!tray_has(answers));
    CHECK_EQ(status_of(job), -ECANCELED);
}

static void *wait_again_and_again(void *job)
{
    while (coil_cfuture_wait(job, COIL_US(20)) == -ETIMEDOUT)
        ;
    return NULL;
}

TEST(pool_may_be_closed_while_threads_wait)
{
    if (UNDER_TSAN)
        SKIP("TSan starts threads of its own, after which no pool can be opened");
    const int rounds = UNDER_TSAN ? 1 : 20; /* its threads stay, and who has any may not fork */

    for (int i = 0; i < rounds; i++) {
        struct coil_executor *pool = open_processes(1);
        struct coil_cfuture *job = give(pool, sleep_for_ever, 0);
        pthread_t threads[3];

        await_running(job);
        for (int k = 0; k < 3; k++)
            CHECK_EQ(pthread_create(&threads[k], NULL, wait_again_and_again, job), 0);
        coil_executor_close(pool); /* not in a task */
        for (int k = 0; k < 3; k++)
            pthread_join(threads[k], NULL);
        CHECK_EQ(status_of(job), -ECANCELED);
    }
}
