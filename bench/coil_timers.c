/* Rows of time: timers, a million sleepers, a million parked tasks. */
#include <unistd.h>

#include "coil_rows.h"

enum { LIVE = 10000 };

static void on_time(void *arg)
{
    (void)arg;
}

static int64_t far_away(void)
{
    return COIL_SECONDS(100) + (int64_t)(bench_random() % (uint64_t)HOUR);
}

static struct coil_call *calls_start(long count)
{
    struct coil_call *calls = calloc((size_t)count, sizeof *calls);

    for (long i = 0; i < count; i++) {
        coil_call_init(&calls[i], on_time, NULL);
        coil_call_later(coil_loop_current(), &calls[i], far_away());
    }
    return calls;
}

/* The loop turns once in a thousand, as it does for the peers whose cancel is lazy. */
static coil_async void churn(long ops, const int64_t *delays)
{
    struct coil_loop *loop = coil_loop_current();
    struct coil_call call;

    for (long i = 0; i < ops; i++) {
        coil_call_init(&call, on_time, NULL);
        coil_call_later(loop, &call, delays[i % BATCH]);
        coil_call_cancel(&call);
        if (i % BATCH == BATCH - 1)
            coil_yield();
    }
}

static coil_async struct coil_result timer_churn(void *arg)
{
    struct coil_call *live = calls_start(LIVE);
    long ops = bench_count(5000000);
    int64_t delays[BATCH];

    for (int i = 0; i < BATCH; i++)
        delays[i] = far_away();
    for (int run = 0; run <= RUNS; run++) {
        int64_t start = bench_now();

        churn(ops, delays);
        if (run > 0)
            bench_print_ns(arg, bench_now() - start, ops);
    }
    for (int i = 0; i < LIVE; i++)
        coil_call_cancel(&live[i]);
    free(live);
    return coil_number(0);
}

void run_timer_churn(const char *name)
{
    coil_run(timer_churn, (void *)(uintptr_t)name);
}

static coil_async struct coil_result timer_cancel(void *arg)
{
    static int order[LIVE];

    bench_shuffle(order, LIVE);
    for (int run = 0; run <= 10; run++) {
        struct coil_call *calls = calls_start(LIVE);
        int64_t start = bench_now();

        for (int i = 0; i < LIVE; i++) {
            coil_call_cancel(&calls[order[i]]);
            if (i % BATCH == BATCH - 1)
                coil_yield();
        }
        if (run > 0)
            bench_print_ns(arg, bench_now() - start, LIVE);
        free(calls);
    }
    return coil_number(0);
}

void run_timer_cancel(const char *name)
{
    coil_run(timer_cancel, (void *)(uintptr_t)name);
}

static coil_async struct coil_result sleeper(void *arg)
{
    (void)arg;
    return coil_error(coil_sleep((int64_t)(bench_random() % 1000000000u)));
}

static coil_async void sleep_many(long ops)
{
    spawn_join(ops, sleeper, NULL);
}

void run_sleep(const char *name)
{
    row_run((struct row){name, bench_count(1000000), 1, bench_cpu, sleep_many});
}

static enum coil_step stackless_sleeper(struct coil_stackless *co, void *state)
{
    (void)state;
    COIL_BEGIN(co);
    COIL_SLEEP(co, (int64_t)(bench_random() % 1000000000u));
    COIL_RETURN(co, co->sent);
    COIL_END(co);
}

static coil_async void sleep_many_stackless(long ops)
{
    struct coil_future **tasks = calloc((size_t)ops, sizeof(struct coil_future *));

    if (!tasks)
        bench_die("calloc");
    for (long i = 0; i < ops; i++)
        tasks[i] = coil_create_stackless_task(stackless_sleeper, NULL, 0, NULL);
    for (long i = 0; i < ops; i++)
        coil_join(tasks[i]);
    free(tasks);
}

void run_sleep_stackless(const char *name)
{
    row_run((struct row){name, bench_count(1000000), 1, bench_cpu, sleep_many_stackless});
}

/* ---- parked tasks: cold, as memory is what it is about; only a thousand come before them ---- */

static coil_async struct coil_result parker(void *arg)
{
    (void)arg;
    return coil_error(coil_sleep(HOUR));
}

static enum coil_step stackless_parker(struct coil_stackless *co, void *state)
{
    (void)state;
    COIL_BEGIN(co);
    COIL_SLEEP(co, HOUR);
    COIL_END(co);
}

static coil_async void park(long count, bool stackless)
{
    for (long i = 0; i < count; i++)
        coil_future_unref(stackless ? coil_create_stackless_task(stackless_parker, NULL, 0, NULL)
                                    : coil_create_task(parker, NULL));
    coil_yield(); /* behind them all: when it returns, they sleep */
}

static coil_async struct coil_result park_main(void *arg)
{
    bool stackless = arg != NULL;
    long count = bench_count(1000000);
    int64_t before;
    int64_t start;
    int64_t elapsed;

    park(1000, stackless);
    before = bench_memory();
    start = bench_now();
    park(count, stackless);
    elapsed = bench_now() - start;
    bench_print_ns(stackless ? "park_1m_stackless" : "park_1m", elapsed, count);
    bench_print(stackless ? "park_bytes_stackless" : "park_bytes",
                (double)(bench_memory() - before) / (double)count, "bytes");
    _exit(0);
}

void run_park(const char *name)
{
    (void)name;
    coil_run(park_main, NULL);
}

void run_park_stackless(const char *name)
{
    coil_run(park_main, (void *)(uintptr_t)name);
}
