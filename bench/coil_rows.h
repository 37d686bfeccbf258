/* The files of coil's side of the benchmarks, which are written against the public headers as a
 * user would write them. */
#ifndef BENCH_COIL_ROWS_H
#define BENCH_COIL_ROWS_H

#include <coil/coil.h>

#include "bench.h"

enum { RUNS = 3, BATCH = 1000 };

#define HOUR COIL_SECONDS(3600)

typedef coil_async void row_body_fn(long ops);

struct row {
    const char *name;
    long ops;
    int runs;
    int64_t (*clock)(void);
    row_body_fn *body;
};

/* Runs body(ops) as a coroutine of a new loop, once to warm up and then `runs` times; prints the
 * nanoseconds each operation took. */
void row_run(struct row row);

/* Spawns `count` tasks of fn(arg), then awaits each. */
coil_async void spawn_join(long count, coil_coroutine_fn *fn, void *arg);

/* coil_tasks.c */
void run_yield_2(const char *name);
void run_yield_1000(const char *name);
void run_spawn_await(const char *name);
void run_spawn_join(const char *name);
void run_future_trip(const char *name);
void run_event_trip(const char *name);
void run_queue_trip(const char *name);
void run_gather(const char *name);
void run_timeout_yield(const char *name);

/* coil_timers.c */
void run_timer_churn(const char *name);
void run_timer_cancel(const char *name);
void run_sleep(const char *name);
void run_sleep_stackless(const char *name);
void run_park(const char *name);
void run_park_stackless(const char *name);

/* coil_threads.c */
void run_submit(const char *name);
void run_submit_spin(const char *name);
void run_post_1(const char *name);
void run_post_2(const char *name);
void run_submit_1(const char *name);

#endif
