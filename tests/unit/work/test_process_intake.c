/* How jobs come to a worker. */
#include <unistd.h>

#include "pool_jobs.h"
#include "work/process_board.h"

static int at_it, most;

static coil_async struct coil_result count_at_it(void *unused)
{
    (void)unused;
    at_it++;
    if (at_it > most)
        most = at_it;
    for (int i = 0; i < 3; i++)
        coil_yield();
    at_it--;
    return coil_number(most);
}

TEST(worker_runs_as_many_at_a_time_as_it_is_to_and_no_more)
{
    enum { N = 200, AT_ONCE = 5 };
    struct coil_process_pool_options options = {.workers = 1, .at_once = AT_ONCE};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *jobs[N];
    int64_t reached = 0;

    for (int i = 0; i < N; i++)
        jobs[i] = give(pool, count_at_it, 0);
    for (int i = 0; i < N; i++) {
        int64_t n = status_of(jobs[i]);

        CHECK(n >= 1 && n <= AT_ONCE);
        reached = n > reached ? n : reached;
    }
    CHECK_EQ(reached, AT_ONCE);
    coil_executor_close(pool);
}

static struct coil_result first_byte(void *bytes)
{
    return coil_number(*(unsigned char *)bytes * 100000 + (int64_t)coil_job_arg_bytes(bytes));
}

/* In slots, as packets, as memory files. */
TEST(jobs_of_all_sizes_come_in_order)
{
    static const size_t sizes[] = {1, 1000, 100000, 8, 40000, 400, 500, 1};
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *jobs[64];
    static unsigned char data[100000];

    for (int i = 0; i < 64; i++) {
        data[0] = (unsigned char)i;
        jobs[i] = coil_executor_submit_bytes(pool, first_byte, data, sizes[i % 8]);
    }
    for (int i = 0; i < 64; i++)
        CHECK_EQ(status_of(jobs[i]), i * 100000 + (int64_t)sizes[i % 8]);
    coil_executor_close(pool);
}

TEST(bytes_around_the_size_of_a_slot)
{
    struct coil_executor *pool = open_processes(1);
    static unsigned char data[2 * MESSAGE_BYTES];

    for (size_t size = 1; size<sizeof(data); size += size> 400 && size < 520 ? 1 : 31)
        CHECK_EQ(status_of(coil_executor_submit_bytes(pool, first_byte, data, size)),
                 (int64_t)size);
    coil_executor_close(pool);
}

static coil_async struct coil_result turn(void *unused)
{
    (void)unused;
    coil_yield();
    return coil_number(1);
}

/* While others come and go without end. */
TEST(job_that_awaits_has_its_turn_though_others_come)
{
    struct coil_process_pool_options options = {.workers = 1, .at_once = 2};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *sleeper = give(pool, sleep_for_ever, 0), *jobs[500];

    for (int i = 0; i < 500; i++)
        jobs[i] = give(pool, i % 2 == 0 ? double_it : turn, 1);
    coil_cfuture_cancel(sleeper);
    CHECK_EQ(status_of(sleeper), -ECANCELED);
    for (int i = 0; i < 500; i++)
        CHECK_EQ(status_of(jobs[i]), i % 2 == 0 ? 2 : 1);
    coil_executor_close(pool);
}

static struct coil_result hold_up(void *unused)
{
    (void)unused;
    usleep(100000);
    return coil_number(1);
}

/* More than begin in one turn, most cancelled before the first of them has begun. */
TEST(job_hears_of_its_cancellation_though_it_begins_later)
{
    enum { N = 150 };
    struct coil_process_pool_options options = {.workers = 1, .at_once = N + 1};
    struct coil_executor *pool = open_processes_with(&options);
    struct coil_cfuture *first = give(pool, hold_up, 0), *jobs[N];

    await_running(first);
    for (int i = 0; i < N; i++)
        jobs[i] = give(pool, sleep_for_ever, 0);
    for (int i = 0; i < N; i++)
        coil_cfuture_cancel(jobs[i]);
    CHECK_EQ(status_of(first), 1);
    for (int i = 0; i < N; i++)
        CHECK_EQ(status_of(jobs[i]), -ECANCELED);
    coil_executor_close(pool);
}

static coil_async struct coil_result submit_and_cancel(void *pool)
{
    struct coil_cfuture *job = give(pool, double_it, 1);

    coil_cfuture_cancel(job);
    return coil_number(status_of(job)); /* it is done */
}

/* The worker has been sent the ear of a loop whose only job it never reads. */
TEST(packet_of_a_job_behind_an_ear_that_nobody_asks_for)
{
    struct coil_executor *pool = open_processes(1);
    struct coil_cfuture *first = give(pool, sleep_for_ever, 0), *large;
    static const char data[2 * MESSAGE_BYTES] = {7};

    await_running(first);
    CHECK_EQ(coil_run(submit_and_cancel, pool).status, -ECANCELED);
    large = coil_executor_submit_bytes(pool, first_byte, data, sizeof(data));
    coil_cfuture_cancel(first);
    CHECK_EQ(status_of(first), -ECANCELED);
    CHECK_EQ(status_of(large), 700000 + (int64_t)sizeof(data));
    coil_executor_close(pool);
}
