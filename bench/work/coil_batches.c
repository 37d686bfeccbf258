/* Many at once: a millisecond's work mapped over all CPUs, and batches of coroutines on one loop
 * and on two. */
#include "coil_rows.h"

static void failed(const char *what, int64_t status)
{
    fprintf(stderr, "%s: %s\n", what, coil_strerror(status));
    exit(1);
}

/* ---- a millisecond's work on all CPUs ---- */

struct spin_item {
    uint64_t seed, rounds;
};

/* A status is not negative, so the lowest bit is left behind. */
static struct coil_result spin_job(void *arg)
{
    const struct spin_item *item = arg;

    return coil_number((int64_t)(spin(item->seed, item->rounds) >> 1));
}

static void map_check(const struct spin_alone *alone, const struct coil_result *results, long count)
{
    for (long i = 0; i < count; i++)
        jobs_check(results[i].status == (int64_t)(alone->result[spin_seed(i)] >> 1), "a result");
}

static void map_measure(const char *name, struct coil_executor *pool, size_t chunk)
{
    struct coil_map_options options = {.chunk = chunk};
    struct spin_alone alone = {.rounds = spin_rounds(), .cpus = bench_cpus()};
    long count = bench_count(SPIN_JOBS) * alone.cpus;
    struct spin_item *items = calloc((size_t)count, sizeof *items);
    struct coil_result *results = calloc((size_t)count, sizeof *results);

    for (long i = 0; i < count; i++)
        items[i] = (struct spin_item){spin_seed(i), alone.rounds};
    for (int run = 0; run <= RUNS; run++) {
        int64_t start, status;

        spin_alone_measure(&alone);
        start = bench_now();
        status = coil_executor_map_with(/* not in a task */
                                        pool, spin_job, items, (size_t)count, results, &options);
        if (run > 0)
            spin_print(name, &alone, count, bench_now() - start);
        if (status)
            failed("coil_executor_map", status);
        map_check(&alone, results, count);
    }
    coil_executor_close(pool); /* not in a task */
    free(items);
    free(results);
}

void run_map_threads(const char *name)
{
    struct coil_thread_pool_options options = {.threads = (unsigned)bench_cpus()};

    map_measure(name, opened(coil_thread_pool_open(&options)), 1);
}

void run_map_processes(const char *name)
{
    map_measure(name, opened(coil_process_pool_open(NULL)), MAP_CHUNK);
}

/* ---- coroutines ---- */

static coil_async struct coil_result yields(void *number)
{
    for (int i = 0; i < YIELDS; i++)
        coil_yield();
    return coil_number(*(const long *)number);
}

static coil_async struct coil_result sleeps(void *number)
{
    coil_sleep(COIL_MS(1));
    return coil_number(*(const long *)number);
}

static long results_sum(struct coil_cfuture *job)
{
    struct coil_result result = coil_cfuture_take(job, COIL_FOREVER);
    struct coil_results *results = result.value;
    long sum = 0;

    if (result.status < 0)
        failed("coil_executor_submit_batch", result.status);
    for (size_t i = 0; i < results->n; i++) {
        if (results->of[i].status < 0)
            failed("a coroutine", results->of[i].status);
        sum += (long)results->of[i].status;
    }
    coil_results_free(results);
    coil_cfuture_unref(job);
    return sum;
}

/* Each loop is given an equal part, as one batch; the time until all results are added up. */
static struct jobs_time batch_once(struct coil_executor *pool, struct coil_function fn,
                                   const long *numbers, long count)
{
    unsigned loops = coil_executor_workers(pool);
    struct coil_cfuture *parts[2];
    struct jobs_time start = jobs_start();
    struct jobs_time took;
    long sum = 0;

    for (long i = 0; i < loops; i++) {
        long from = count * i / loops;
        long to = count * (i + 1) / loops;

        parts[i] = coil_executor_submit_batch_at(pool, fn, numbers + from, (size_t)(to - from),
                                                 sizeof *numbers, NULL, COIL_PLACE("batch"));
    }
    for (long i = 0; i < loops; i++)
        sum += results_sum(parts[i]);
    took = jobs_since(start);
    jobs_check_sum(sum, count);
    return took;
}

static struct coil_executor *loops_open(unsigned loops)
{
    struct coil_loop_pool_options options = {.loops = loops, .placement = COIL_ROUND_ROBIN};

    return opened(coil_loop_pool_open(&options));
}

static void batch_measure(const char *name, struct coil_function fn)
{
    struct coil_executor *one = loops_open(1);
    struct coil_executor *two = loops_open(2);
    long count = bench_count(COROUTINES);
    long *numbers = calloc((size_t)count, sizeof *numbers);

    for (long i = 0; i < count; i++)
        numbers[i] = i;
    for (int run = 0; run <= RUNS; run++) {
        struct jobs_time alone = batch_once(one, fn, numbers, count);
        struct jobs_time both = batch_once(two, fn, numbers, count);

        if (run > 0)
            jobs_print_batch(name, alone, both, count);
    }
    coil_executor_close(two); /* not in a task */
    coil_executor_close(one); /* not in a task */
    free(numbers);
}

void run_batch_yield(const char *name)
{
    batch_measure(name, coil_function_of(yields, "yields"));
}

void run_batch_sleep(const char *name)
{
    batch_measure(name, coil_function_of(sleeps, "sleeps"));
}
