/* What a thread asks of a loop that runs in another thread. */
#include <semaphore.h>

#include "coil_rows.h"

static coil_async struct coil_result nothing(void *arg)
{
    return coil_value(arg);
}

static struct coil_result pin_here(void *arg)
{
    bench_pin((int)(intptr_t)arg);
    return coil_number(0);
}

static struct coil_result finish(struct coil_cfuture *job)
{
    struct coil_result r = coil_cfuture_result(job, COIL_FOREVER);

    coil_cfuture_unref(job);
    return r;
}

static struct coil_thread *thread_open(const struct coil_thread_options *options)
{
    struct coil_thread *thread = coil_thread_open(options);

    if (!thread)
        bench_die("coil_thread_open");
    finish(coil_submit_call(thread, pin_here, (void *)0));
    return thread;
}

static void trips_measure(const char *name, struct coil_thread *thread)
{
    long trips = bench_count(20000);
    int64_t *samples = calloc((size_t)trips, sizeof *samples);

    for (int run = 0; run <= RUNS; run++) {
        for (long i = 0; i < trips; i++) {
            int64_t start = bench_now();
            struct coil_cfuture *job = coil_submit(thread, nothing, samples);

            if (finish(job).value != samples)
                abort();
            samples[i] = bench_now() - start;
        }
        if (run > 0)
            bench_print_p50(name, samples, trips);
    }
    free(samples);
}

static void trips_run(const char *name, const struct coil_thread_options *options)
{
    struct coil_thread *thread = thread_open(options);

    bench_pin(1);
    trips_measure(name, thread);
    coil_thread_close(thread);
}

void run_submit(const char *name)
{
    trips_run(name, NULL);
}

/* The loop looks for 20 us before it sleeps, and so does whoever waits for its result. */
void run_submit_spin(const char *name)
{
    trips_run(name, &(struct coil_thread_options){.loop = {.spin_ns = COIL_US(20)}});
}

static struct {
    struct coil_loop *loop;
    struct coil_call *calls;
    long each;
    long left; /* touched by the loop's thread only */
    sem_t done;
} flood;

static void flood_one(void *arg)
{
    (void)arg;
    if (--flood.left == 0)
        sem_post(&flood.done);
}

static void *flood_from(void *index)
{
    struct coil_call *calls = flood.calls + (intptr_t)index * flood.each;

    bench_pin(1 + (int)(intptr_t)index);
    for (long i = 0; i < flood.each; i++) {
        coil_call_init(&calls[i], flood_one, NULL);
        if (coil_call_soon_threadsafe(flood.loop, &calls[i]))
            abort();
    }
    return NULL;
}

static void flood_measure(const char *name, int producers)
{
    struct coil_thread *thread = thread_open(NULL);
    long ops = bench_count(1000000) / producers * producers;
    pthread_t threads[2];

    flood.loop = coil_thread_loop(thread);
    flood.calls = calloc((size_t)ops, sizeof *flood.calls);
    flood.each = ops / producers;
    sem_init(&flood.done, 0, 0);
    for (int run = 0; run <= RUNS; run++) {
        int64_t start = bench_now();

        flood.left = ops;
        for (int i = 0; i < producers; i++)
            pthread_create(&threads[i], NULL, flood_from, (void *)(intptr_t)i);
        while (sem_wait(&flood.done))
            ;
        if (run > 0)
            bench_print_rate(name, bench_now() - start, ops);
        for (int i = 0; i < producers; i++)
            pthread_join(threads[i], NULL);
    }
    coil_thread_close(thread);
    free(flood.calls);
}

void run_post_1(const char *name)
{
    flood_measure(name, 1);
}

void run_post_2(const char *name)
{
    flood_measure(name, 2);
}

void run_submit_1(const char *name)
{
    struct coil_thread *thread = thread_open(NULL);
    struct coil_cfuture *jobs[BATCH];
    long batches = bench_count(500);

    bench_pin(1);
    for (int run = 0; run <= RUNS; run++) {
        int64_t start = bench_now();

        for (long b = 0; b < batches; b++) {
            for (int i = 0; i < BATCH; i++)
                jobs[i] = coil_submit(thread, nothing, jobs);
            for (int i = 0; i < BATCH; i++)
                if (finish(jobs[i]).value != jobs)
                    abort();
        }
        if (run > 0)
            bench_print_rate(name, bench_now() - start, batches * BATCH);
    }
    coil_thread_close(thread);
}
