/* The step with executors: computing on every core, a loop on every core, and a worker process that
 * dies. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tour.h"

#define RANGES 60
#define RANGE 20000
#define SLEEPERS 10000

static int64_t second;

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct coil_result count_primes(void *first)
{
    int from = *(int *)first, found = 0;

    for (int n = from < 2 ? 2 : from; n < from + RANGE; n++) {
        bool prime = true;

        for (int divisor = 2; prime && divisor * divisor <= n; divisor++)
            prime = n % divisor != 0;
        found += prime;
    }
    return coil_number(found);
}

static void compute(void)
{
    struct coil_executor *pool = coil_thread_pool_open(NULL);
    struct coil_map_options options = {.progress = true, .at_once = 4};
    struct coil_result primes[RANGES];
    int64_t failed, sum = 0;
    double began = now_ms();
    int ranges[RANGES];

    for (int i = 0; i < RANGES; i++)
        ranges[i] = i * RANGE;
    /* not in a task */
    LIVE(failed = coil_executor_map_with(pool, count_primes, ranges, RANGES, primes, &options));
    for (int i = 0; i < RANGES; i++)
        sum += primes[i].status;
    tour_result("%lld primes below %d, %lld ranges failed, %.0f ms on %u threads at most",
                (long long)sum, RANGES * RANGE, (long long)failed, now_ms() - began,
                coil_executor_workers(pool));
    coil_executor_close(pool); /* not in a task */
}

static coil_async struct coil_result nap(void *unused)
{
    (void)unused;
    return coil_error(coil_sleep(second));
}

static size_t count_slept(struct coil_cfuture *batch)
{
    const struct coil_results *results = coil_cfuture_result(batch, COIL_FOREVER).value;
    size_t slept = 0;

    for (size_t i = 0; results != NULL && i < results->n; i++)
        slept += results->of[i].status == 0;
    coil_cfuture_unref(batch);
    return slept;
}

static void sleep_on_every_core(void)
{
    static char naps[SLEEPERS];
    struct coil_executor *loops = coil_loop_pool_open(NULL);
    struct coil_cfuture *one, *other;
    double began = now_ms();
    size_t slept;

    if (loops == NULL) {
        tour_result("no loops here: %s", strerror(errno));
        return;
    }
    LIVE(one = coil_executor_submit_batch(loops, nap, naps, SLEEPERS));
    LIVE(other = coil_executor_submit_batch(loops, nap, naps, SLEEPERS));
    slept = count_slept(one) + count_slept(other);
    tour_result("%zu coroutines on %u loops slept %.0f ms each, in %.0f ms", slept,
                coil_executor_workers(loops), (double)second / 1e6, now_ms() - began);
    coil_executor_close(loops); /* not in a task */
}

/* Found by its name in a worker, which is another process of this program. */
COIL_EXPORT struct coil_result coil_tour_divide(void *pair);
struct coil_result coil_tour_divide(void *pair)
{
    const int *numbers = pair;

    if (numbers[1] == 0) {
        fprintf(stderr, "dividing by zero, farewell\n");
        abort();
    }
    return coil_number(numbers[0] / numbers[1]);
}

static void divide(struct coil_executor *processes, int a, int b)
{
    int pair[2] = {a, b};
    struct coil_cfuture *job;
    struct coil_result r;

    LIVE(job = coil_executor_submit_symbol(processes, "coil_tour_divide", pair, sizeof(pair)));
    r = coil_cfuture_result(job, COIL_FOREVER);
    if (r.status < 0)
        tour_result("%s", coil_exception_text(coil_cfuture_exception(job)));
    else
        tour_result("%d / %d = %d", a, b, (int)r.status);
    coil_cfuture_unref(job);
}

static void lose_a_process(void)
{
    static const char *const program[] = {"/proc/self/exe", NULL};
    struct coil_process_pool_options options = {.program = program};
    struct coil_executor *processes = coil_process_pool_open(&options);

    if (processes == NULL) {
        tour_result("no processes here: %s", coil_strerror(-errno));
        return;
    }
    divide(processes, 12, 0);
    divide(processes, 12, 4);
    coil_executor_close(processes); /* not in a task */
}

void tour_step_work(struct tour *tour)
{
    second = tour->unit_ns;
    tour_title(tour, "Every core: threads, loops, processes");
    tour_say(tour, "count_primes() computes. map runs it beside the loop, four ranges at a time:");
    compute();
    tour_say(tour, "Coroutines use all cores by a loop in each of several threads. Two batches:");
    sleep_on_every_core();
    tour_say(tour, "What may crash runs in a process; a crash costs its own job and no other:");
    lose_a_process();
    tour_pause(tour, 1);
}
