/* coil's side of the benchmarks: the table of rows, and the frame they run in. */
#include "coil_rows.h"

static coil_async struct coil_result row_main(void *arg)
{
    const struct row *row = arg;

    for (int run = 0; run <= row->runs; run++) {
        int64_t start = row->clock();

        row->body(row->ops);
        if (run > 0)
            bench_print_ns(row->name, row->clock() - start, row->ops);
    }
    return coil_number(0);
}

void row_run(struct row row)
{
    coil_run(row_main, &row);
}

coil_async void spawn_join(long count, coil_coroutine_fn *fn, void *arg)
{
    struct coil_future **tasks = calloc((size_t)count, sizeof(struct coil_future *));

    if (!tasks)
        bench_die("calloc");
    for (long i = 0; i < count; i++)
        tasks[i] = coil_create_task(fn, arg);
    for (long i = 0; i < count; i++)
        coil_join(tasks[i]);
    free(tasks);
}

static const struct bench_row rows[] = {
    {"yield_2", run_yield_2},
    {"yield_1000", run_yield_1000},
    {"spawn_await", run_spawn_await},
    {"spawn_join_100k", run_spawn_join},
    {"future_trip", run_future_trip},
    {"event_trip", run_event_trip},
    {"queue_trip", run_queue_trip},
    {"gather_10k", run_gather},
    {"timer_churn", run_timer_churn},
    {"timer_cancel", run_timer_cancel},
    {"timeout_yield", run_timeout_yield},
    {"sleep_1m", run_sleep},
    {"sleep_1m_stackless", run_sleep_stackless},
    {"park_1m", run_park},
    {"park_1m_stackless", run_park_stackless},
    {"submit_same", run_submit},
    {"submit_other", run_submit},
    {"submit_spin", run_submit_spin},
    {"post_1", run_post_1},
    {"post_2", run_post_2},
    {"submit_1", run_submit_1},
};

BENCH_MAIN(rows)
