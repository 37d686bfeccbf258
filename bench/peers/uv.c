/* libuv's side of the benchmarks. It has callbacks and no tasks, so only timers and other
 * threads. */
#include <semaphore.h>
#include <uv.h>

#include "../bench.h"

enum { RUNS = 3, LIVE = 10000, BATCH = 1000, HOUR_MS = 3600 * 1000 };

static void nothing(uv_timer_t *timer)
{
    (void)timer;
}

static uint64_t far_ms(void)
{
    return 100000 + bench_random() % HOUR_MS;
}

static uv_timer_t *timers_start(uv_loop_t *loop, long count)
{
    uv_timer_t *timers = calloc((size_t)count, sizeof *timers);

    for (long i = 0; i < count; i++) {
        uv_timer_init(loop, &timers[i]);
        uv_timer_start(&timers[i], nothing, far_ms(), 0);
    }
    return timers;
}

static void run_timer_churn(const char *name)
{
    uv_loop_t *loop = uv_default_loop();
    uv_timer_t *timers = timers_start(loop, LIVE);
    long ops = bench_count(2000000);
    uint64_t delays[BATCH];
    uv_timer_t timer;

    uv_timer_init(loop, &timer);
    for (int i = 0; i < BATCH; i++)
        delays[i] = far_ms();
    for (int run = 0; run <= RUNS; run++) {
        int64_t start = bench_now();

        for (long i = 0; i < ops; i++) {
            uv_timer_start(&timer, nothing, delays[i % BATCH], 0);
            uv_timer_stop(&timer);
            if (i % BATCH == 0)
                uv_run(loop, UV_RUN_NOWAIT);
        }
        if (run > 0)
            bench_print_ns(name, bench_now() - start, ops);
    }
    free(timers);
}

static void run_timer_cancel(const char *name)
{
    uv_loop_t *loop = uv_default_loop();
    static int order[LIVE];

    bench_shuffle(order, LIVE);
    for (int run = 0; run <= 10; run++) {
        uv_timer_t *timers = timers_start(loop, LIVE);
        int64_t start = bench_now();

        for (int i = 0; i < LIVE; i++) {
            uv_timer_stop(&timers[order[i]]);
            if (i % BATCH == 0)
                uv_run(loop, UV_RUN_NOWAIT);
        }
        if (run > 0)
            bench_print_ns(name, bench_now() - start, LIVE);
        for (int i = 0; i < LIVE; i++)
            uv_close((uv_handle_t *)&timers[i], NULL);
        uv_run(loop, UV_RUN_NOWAIT);
        free(timers);
    }
}

/* ---- from another thread: uv_async_send, and the queue of functions everybody writes behind it
 * ---- */

struct job {
    void (*fn)(void *arg);
    void *arg;
};

struct jobs {
    struct job *slots;
    size_t count;
    size_t room;
};

static struct {
    uv_loop_t loop;
    uv_async_t async;
    uv_mutex_t lock;
    struct jobs filling; /* under the lock */
    struct jobs running; /* the loop's own */
    pthread_t thread;
} remote;

static void on_async(uv_async_t *async)
{
    struct jobs taken;

    (void)async;
    uv_mutex_lock(&remote.lock);
    taken = remote.filling;
    remote.filling = remote.running;
    remote.running = taken;
    uv_mutex_unlock(&remote.lock);
    for (size_t i = 0; i < remote.running.count; i++)
        remote.running.slots[i].fn(remote.running.slots[i].arg);
    remote.running.count = 0;
}

static void post(void (*fn)(void *arg), void *arg)
{
    struct jobs *jobs = &remote.filling;

    uv_mutex_lock(&remote.lock);
    if (jobs->count == jobs->room) {
        jobs->room = jobs->room ? jobs->room * 2 : 1024;
        jobs->slots = realloc(jobs->slots, jobs->room * sizeof *jobs->slots);
    }
    jobs->slots[jobs->count++] = (struct job){fn, arg};
    uv_mutex_unlock(&remote.lock);
    uv_async_send(&remote.async);
}

static void *remote_main(void *arg)
{
    bench_pin(0);
    uv_run(&remote.loop, UV_RUN_DEFAULT);
    return arg;
}

static void remote_open(void)
{
    uv_loop_init(&remote.loop);
    uv_async_init(&remote.loop, &remote.async, on_async);
    uv_mutex_init(&remote.lock);
    pthread_create(&remote.thread, NULL, remote_main, NULL);
}

static void stop(void *arg)
{
    (void)arg;
    uv_close((uv_handle_t *)&remote.async, NULL);
}

static void remote_close(void)
{
    post(stop, NULL);
    pthread_join(remote.thread, NULL);
    uv_loop_close(&remote.loop);
}

static void wake(void *arg)
{
    sem_post(arg);
}

static void run_submit(const char *name)
{
    long trips = bench_count(20000);
    int64_t *samples = calloc((size_t)trips, sizeof *samples);
    sem_t done;

    sem_init(&done, 0, 0);
    bench_pin(1);
    remote_open();
    for (int run = 0; run <= RUNS; run++) {
        for (long i = 0; i < trips; i++) {
            int64_t start = bench_now();

            post(wake, &done);
            while (sem_wait(&done))
                ;
            samples[i] = bench_now() - start;
        }
        if (run > 0)
            bench_print_p50(name, samples, trips);
    }
    remote_close();
    free(samples);
}

static struct {
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
    bench_pin(1 + (int)(intptr_t)index);
    for (long i = 0; i < flood.each; i++)
        post(flood_one, NULL);
    return NULL;
}

static void flood_measure(const char *name, int producers)
{
    long ops = bench_count(1000000) / producers * producers;
    pthread_t threads[2];

    sem_init(&flood.done, 0, 0);
    remote_open();
    for (int run = 0; run <= RUNS; run++) {
        int64_t start = bench_now();

        flood.each = ops / producers;
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
    remote_close();
}

static void run_post_1(const char *name)
{
    flood_measure(name, 1);
}

static void run_post_2(const char *name)
{
    flood_measure(name, 2);
}

static const struct bench_row rows[] = {
    {"timer_churn", run_timer_churn}, {"timer_cancel", run_timer_cancel},
    {"submit_same", run_submit},      {"submit_other", run_submit},
    {"post_1", run_post_1},           {"post_2", run_post_2},
};

BENCH_MAIN(rows)
